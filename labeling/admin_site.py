"""Django's own admin under our name."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class BoxwiseAdminSite(AdminSite):
    """The admin of jobs and people."""

    site_header = "Boxwise administration"
    site_title = "Boxwise"
    index_title = "Jobs and people"


class BoxwiseAdminConfig(AdminConfig):
    """Makes it the default site."""

    default_site = "labeling.admin_site.BoxwiseAdminSite"
