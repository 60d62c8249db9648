"""The import of pysc2, in interpreters of its own: whatever this test process has imported before does not count."""

import hashlib
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import sys
import tarfile
import textwrap

import pytest

from sc2data import pysc2_compat
from tests.shared_data import shared_data

SOURCE = pathlib.Path(pysc2_compat.__file__)
SITE_PACKAGES = pathlib.Path(__import__("google.protobuf", fromlist=["x"]).__file__).parents[2]

# What Python 3.10.13 with the unmodified pysc2/lib/colors.py gives: sha256 of the float64 palettes, rounded to 1e-6.
PALETTES = {
    "unit_type": "46db029f1046cfa5a948f70b58159aad1eef62c13c52e35dea89d9c8c25d9b5b",
    "buffs": "e58614ea37cb4a04a6d2639cbbd0b4fee1e5355433db59ea0e7f383be38d4424",
}
SHUFFLED_HUE_256 = {0: (0, 0, 0), 1: (0, 249.0234375, 255), 2: (255, 5.9765625, 0), 100: (211.171875, 255, 0)}


def run(code: str, *options: str, folder: pathlib.Path | None = None) -> str:
    """Standard output of `code` in a fresh interpreter for which warnings are errors; fails the test on a traceback."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=dict(os.environ, PYGAME_HIDE_SUPPORT_PROMPT="1"),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def isolated(folder: pathlib.Path, *packages: str) -> str:
    """Code that leaves only the standard library, a copy of the module and these installed packages importable."""
    shutil.copy(SOURCE, folder / "pysc2_compat.py")
    for package in packages:
        (folder / package).symlink_to(SITE_PACKAGES / package)
    return f"import sys; sys.path = [p for p in sys.path if 'site-packages' not in p] + [{str(folder)!r}]\n"


def test_pysc2_imports_without_a_warning():
    out = run("""
        from sc2data import pysc2_compat
        pysc2_compat.install()
        from pysc2 import run_configs
        from pysc2.env import sc2_env
        from pysc2.lib import actions, features, units
        from pysc2.lib.replay import sc2_replay
        from google.protobuf.internal import api_implementation
        print(len(actions.FUNCTIONS), int(units.Terran.Marine), api_implementation.Type())
    """)
    assert out.split() == ["573", "48", "upb"]


@pytest.mark.parametrize("module", ["pysc2.bin.agent", "pysc2.bin.play", "pysc2.bin.replay_actions", "pysc2.maps"])
def test_programs_of_pysc2_import(module):
    run(f"from sc2data import pysc2_compat; pysc2_compat.install(); import {module}")


def test_importing_and_installing_loads_neither_pysc2_nor_the_protocol():
    out = run("""
        import sys
        from sc2data import pysc2_compat
        pysc2_compat.install()
        print([name for name in sys.modules if name.startswith(("pysc2.", "s2clientprotocol."))])
    """)
    assert out.strip() == "[]"


def test_palettes_are_those_of_python_3_10():
    pysc2_compat.require_pysc2()
    from pysc2.lib import colors

    for name, expected in PALETTES.items():
        palette = getattr(colors, name)()
        assert hashlib.sha256(palette.round(6).tobytes()).hexdigest() == expected
    hues = colors.shuffled_hue(256)
    for row, color in SHUFFLED_HUE_256.items():
        assert tuple(hues[row]) == color


@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 289, 1962])
def test_fixed_shuffle_is_the_algorithm_of_python_3_10(count):
    expected = list(range(count))
    for i in reversed(range(1, count)):
        j = int(0.5 * (i + 1))
        expected[i], expected[j] = expected[j], expected[i]
    assert pysc2_compat.fixed_shuffle(count) == expected
    assert sorted(expected) == list(range(count))


def test_palette_does_not_use_up_random_numbers():
    pysc2_compat.require_pysc2()
    from pysc2.lib import colors

    random.seed(1)
    before = random.getstate()
    colors.shuffled_hue(16)
    assert random.getstate() == before


def test_messages_keep_their_names_nesting_and_pickle():
    pysc2_compat.install()
    from s2clientprotocol import common_pb2, raw_pb2, sc2api_pb2

    assert sc2api_pb2.Request.__module__ == "s2clientprotocol.sc2api_pb2"
    assert sc2api_pb2.Status.Value("in_game") == sc2api_pb2.in_game == 3
    assert raw_pb2.Alliance.Name(4) == "Enemy"
    assert common_pb2.Zerg == 2
    observation = sc2api_pb2.ResponseObservation()
    observation.observation.raw_data.units.add(tag=4345036801, unit_type=48).pos.x = 1.5
    assert pickle.loads(pickle.dumps(observation)) == observation
    assert sc2api_pb2.ResponseObservation.FromString(observation.SerializeToString()) == observation


def test_recorded_messages_survive_a_round_trip():
    pysc2_compat.install()
    from s2clientprotocol import sc2api_pb2 as sc_pb

    units = 0
    with tarfile.open(shared_data() / "observations" / "tvt_acid_plant_episode.tar.xz") as archive:
        for member in archive.getmembers()[1:5]:
            content = archive.extractfile(member).read()
            message = sc_pb.ResponseObservation.FromString(content)
            assert sc_pb.ResponseObservation.FromString(message.SerializeToString()) == message
            assert len(message.SerializeToString()) == len(content)
            units += len(message.observation.raw_data.units)
    assert units > 100


def test_features_of_pysc2_read_a_recorded_observation():
    pysc2_compat.require_pysc2()
    from pysc2.lib import features
    from s2clientprotocol import sc2api_pb2 as sc_pb

    with tarfile.open(shared_data() / "observations" / "tvt_acid_plant_episode.tar.xz") as archive:
        game_info, first = (archive.extractfile(member).read() for member in archive.getmembers()[:2])
    interface = features.AgentInterfaceFormat(
        feature_dimensions=features.Dimensions(128, 128), use_raw_units=True, use_unit_counts=True
    )
    reader = features.features_from_game_info(sc_pb.ResponseGameInfo.FromString(game_info), interface)
    observation = sc_pb.ResponseObservation.FromString(first)
    del observation.observation.abilities[:]  # pysc2's table of actions is of a later game version than the recording
    seen = reader.transform_obs(observation)
    assert seen["feature_screen"].shape == (27, 128, 128)
    assert len(seen["raw_units"]) == len(observation.observation.raw_data.units)


def test_replays_are_read_through_s2protocol():
    pysc2_compat.require_pysc2()
    from pysc2.lib.replay import sc2_replay

    replay = sc2_replay.SC2Replay(sorted((shared_data() / "replays").glob("*.SC2Replay"))[0].read_bytes())
    assert len(replay.details()["m_playerList"]) == 2


def test_installing_twice_adds_one_finder():
    pysc2_compat.install()
    before = list(sys.meta_path)
    pysc2_compat.install()
    assert sys.meta_path == before


MODERN = """
# Protobuf Python Version: {version}
from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf.internal import builder as _builder
DESCRIPTOR = _descriptor_pool.Default().AddSerializedFile({description!r})
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, 's2clientprotocol.common_pb2', globals())
EXECUTED = True
"""


@pytest.mark.parametrize(("version", "executed"), [("{runtime}", True), ("99.0.0", False)])
def test_generated_code_that_protobuf_accepts_is_left_alone(tmp_path, version, executed):
    import google.protobuf

    pysc2_compat.install()
    from s2clientprotocol import common_pb2

    (tmp_path / "s2clientprotocol").mkdir()
    (tmp_path / "s2clientprotocol" / "__init__.py").touch()
    source = MODERN.format(
        version=version.format(runtime=google.protobuf.__version__), description=common_pb2.DESCRIPTOR.serialized_pb
    )
    (tmp_path / "s2clientprotocol" / "common_pb2.py").write_text(source)
    out = run(
        isolated(tmp_path, "google")
        + textwrap.dedent("""
            import pysc2_compat
            pysc2_compat.install()
            from s2clientprotocol import common_pb2
            status = pysc2_compat.diagnose()
            executed, x = hasattr(common_pb2, "EXECUTED"), common_pb2.Point2D(x=1).x
            print(executed, status.generated_code, len(status.patched), x)
        """)
    )
    assert out.split() == ([str(executed)] + (["modern", "0"] if executed else ["rebuilt", "1"]) + ["1.0"])


def test_a_file_without_a_description_is_named(tmp_path):
    (tmp_path / "s2clientprotocol").mkdir()
    (tmp_path / "s2clientprotocol" / "__init__.py").touch()
    (tmp_path / "s2clientprotocol" / "common_pb2.py").write_text("x = 1\n")
    out = run(
        isolated(tmp_path, "google")
        + textwrap.dedent("""
            import pysc2_compat
            pysc2_compat.install()
            try:
                from s2clientprotocol import common_pb2
            except pysc2_compat.BrokenProtocolError as error:
                print(error)
        """)
    )
    assert "s2clientprotocol.common_pb2 holds no serialised message description" in out
    assert "pip install" in out


@pytest.mark.parametrize(
    ("packages", "call", "error", "told"),
    [
        ((), "install", "MissingProtocolError", "'s2clientprotocol'"),
        (("s2clientprotocol",), "install", "MissingProtocolError", "protobuf is not installed"),
        (("s2clientprotocol", "google"), "require_pysc2", "MissingPysc2Error", "pysc2 is not installed"),
    ],
)
def test_missing_packages_are_named_with_what_to_install(tmp_path, packages, call, error, told):
    out = run(
        isolated(tmp_path, *packages)
        + textwrap.dedent(f"""
            import pysc2_compat
            try:
                pysc2_compat.{call}()
            except pysc2_compat.{error} as error:
                print(error)
        """)
    )
    assert told in out
    assert "pip install 'sc2-saccades[sc2]'" in out


def test_the_protocol_alone_is_enough_for_install(tmp_path):
    out = run(
        isolated(tmp_path, "s2clientprotocol", "google")
        + "import pysc2_compat; pysc2_compat.install()\n"
        + "from s2clientprotocol import sc2api_pb2; print(sc2api_pb2.Request(id=7).id)"
    )
    assert out.strip() == "7"


def test_diagnose_describes_this_installation():
    pysc2_compat.require_pysc2()
    from pysc2.lib import features  # noqa: F401

    status = pysc2_compat.diagnose()
    assert status.implementation == "upb"
    assert status.pysc2 == "4.0.0"
    assert status.protocol_wheels
    assert status.generated_code in ("modern", "rebuilt")
    assert "pysc2.lib.colors" in status.patched
    assert status.problems == ()


def test_diagnose_of_a_bare_python_lists_what_to_install(tmp_path):
    out = run(isolated(tmp_path) + "import pysc2_compat; print(*pysc2_compat.diagnose().problems, sep='\\n')")
    assert len(out.splitlines()) >= 2
    assert all("pip install" in line for line in out.splitlines())


def test_diagnose_sees_two_wheels_in_conflict(monkeypatch):
    versions = {"s2clientprotocol": "5.0.17", "pys2clientprotocol": "1.0.2", "pysc2": "4.0.0"}
    monkeypatch.setattr(pysc2_compat, "_installed_version", versions.get)
    (problem,) = pysc2_compat.diagnose().problems
    assert "overwrite each other" in problem
