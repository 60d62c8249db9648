"""In which order a comparison goes: a stop is to leave a whole one of fewer seeds."""

from varsac.comparison import comparison
from varsac.comparison.comparison import Comparison


def test_every_configuration_is_run_once_before_any_is_run_again(tmp_path, monkeypatch):
    runs = []
    monkeypatch.setattr(comparison, "compared", lambda asked, *_: runs.extend(asked) or iter(()))
    configurations = ["default", "proxy_only"]
    Comparison(["smoke"], configurations, 2, {}, tmp_path, tmp_path, weigh=False).run(print)
    assert [(run.configuration, run.seed) for run in runs] == [
        ("default", 0), ("proxy_only", 0), ("default", 1), ("proxy_only", 1),
    ]  # fmt: skip
