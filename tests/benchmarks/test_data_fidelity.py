import pytest

from benchmarks import data_fidelity
from sc2data.sim.api.messages import sc_pb


def test_equal_data_have_no_differences():
    everything = data_fidelity.everything()
    for counts in data_fidelity.compare(everything, everything).values():
        assert {field for field, n in counts.items() if n} == {"common"}


def test_a_changed_number_name_or_weapon_counts_once():
    ours = data_fidelity.everything()
    real = sc_pb.ResponseData.FromString(ours.SerializeToString())
    real.units[48].movement_speed += 0.01
    real.units[48].weapons[0].damage += 1
    real.units[49].name = "Other"
    del real.units[-1]
    counts = data_fidelity.compare(ours, real)["units"]
    assert counts["only_ours"] == 1
    assert (counts["movement_speed"], counts["weapons"], counts["name"], counts["armor"]) == (1, 1, 1, 0)


def test_a_response_without_data_is_refused(tmp_path):
    path = tmp_path / "ping.binpb"
    path.write_bytes(sc_pb.Response(ping=sc_pb.ResponsePing(game_version="4.10")).SerializeToString())
    with pytest.raises(ValueError, match="without data"):
        data_fidelity.read_recorded(path)
