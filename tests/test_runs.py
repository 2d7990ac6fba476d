"""The page of the run says how to make the same report again."""

import pytest

from token_exports import scenarios
from token_exports.pages import runs


@pytest.mark.parametrize(
    ("scenario", "pairs", "typed"),
    [
        ("baseline", [], "make report"),
        ("us_power", [], "make report SCENARIO=us_power"),
        ("baseline", ["pue_ratio=1.4"], "make report SET=pue_ratio=1.4"),
        ("us_power", ["top_n=5", "include_free=false"], ""),
        ("baseline", ["utilisation_share.cn=0.3:0.5:0.7", "served_in_china.deepseek=0.5"], ""),
    ],
)
def test_the_command_makes_the_same_settings_again(scenario, pairs, typed):
    settings = scenarios.resolve(scenario, pairs)
    command = runs.command(settings)
    if typed:
        assert command == typed
    quoted = command.partition("SET=")[2].strip("'")
    again = scenarios.resolve(scenario, quoted.split())
    assert again.notebooks == settings.notebooks
