"""Objects with arrays cross a socket whole."""

import socket
import threading

import numpy as np
import pytest

from sc2data.harvest.channel import Channel
from sc2data.harvest.faults import CRASH, GameFault


def test_arrays_arrive_as_they_were_sent_and_can_be_written_to():
    ours, theirs = socket.socketpair()
    sent = {
        "screen": np.random.default_rng(0).integers(0, 255, (512, 512, 3), np.uint8),
        "empty": np.zeros((0, 3)),
        "n": 5,
    }
    thread = threading.Thread(target=Channel(ours).send, args=(sent,))
    thread.start()
    got = Channel(theirs).receive()
    thread.join()
    assert np.array_equal(got["screen"], sent["screen"])
    assert (got["empty"].shape, got["n"]) == ((0, 3), 5)
    ours.close()
    theirs.close()


def test_faults_keep_their_kind():
    ours, theirs = socket.socketpair()
    Channel(ours).send(GameFault(CRASH, "it ended", "its last words"))
    fault = Channel(theirs).receive()
    assert (fault.kind, fault.message, fault.log) == (CRASH, "it ended", "its last words")
    ours.close()
    theirs.close()


def test_the_end_of_the_other_side_is_an_end_of_file():
    ours, theirs = socket.socketpair()
    ours.sendall(b"half")
    ours.close()
    with pytest.raises(EOFError):
        Channel(theirs).receive()
    theirs.close()
