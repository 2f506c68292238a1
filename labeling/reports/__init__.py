"""What people read: live snapshot, progress, figures, job and audit reports, forecast."""
