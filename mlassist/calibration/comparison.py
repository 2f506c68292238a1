"""Compares the rules of image confidence on a job's own judging images, for the report."""

from functools import partial
from typing import Any

from labeling.certification.planning import guaranteed
from mlassist.calibration.core import thresholds as rules
from mlassist.calibration.rating import AGREEMENT, MEAN_SCORE, agreements, mean_scores
from mlassist.calibration.step import Judged, short
from mlassist.data.heartbeat import Beat


def compare(judged: Judged, beat: Beat) -> list[list[Any]]:
    """What each image confidence is worth on the judging images (docs/algorithms.md 2.2).

    Per rule its rank correlation with quality; the share of them acceptable at the target if the
    order were cut perfectly, which looks at the answers, so it compares and decides nothing; and
    the share of the pool that would be accepted now. `beat`: as for calibrating.judge.
    """
    target = judged.detector.round.settings.target_quality
    target_of = partial(guaranteed(judged.detector.round).set_target, target)
    cuts = judged.cuts
    known, pool = [one.look for one in judged.known], [one.look for one in judged.pool]
    by_rule = {MEAN_SCORE: (mean_scores(known, cuts, beat), mean_scores(pool, cuts, beat))}
    if all(look.views for look in (*known, *pool)):
        by_rule[AGREEMENT] = agreements(known, cuts, beat), agreements(pool, cuts, beat)
    by_rule[judged.rule] = judged.known_confidence, judged.pool_confidence
    return [
        [
            name,
            short(rules.rank_correlation(of_known, judged.known_quality)),
            short(rules.best_share(of_known, judged.known_quality, target)),
            short(
                rules.acceptable_share(of_pool, of_known, judged.known_quality, target, target_of)
            ),
        ]
        for name, (of_known, of_pool) in by_rule.items()
    ]
