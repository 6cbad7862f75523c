import json
import struct

import numpy
import pytest

import witan


@pytest.fixture
def probe(tmp_path) -> witan.Probe:
    """A probe of three dimensions whose logit is the first of them, the last token alone."""
    spec = {"dimensions": 3, "units": 0, "window": 1, "labels": [{"id": "harm", "threshold": 0.9}]}
    tensors = {"output": [1.0, 0.0, 0.0], "bias": [0.0], "calibration_slope": [1.0], "calibration_offset": [0.0]}
    header: dict = {"__metadata__": {"witan.format": "probe-1", "witan.probe": json.dumps(spec)}}
    data = b""
    for name, values in tensors.items():
        shape = [1, 3] if name == "output" else [1]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data += struct.pack(f"<{len(values)}f", *values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path = tmp_path / "probe.witan"
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return witan.Probe.load(path)


def test_states_are_graded(probe):
    assert probe.dimensions == 3 and probe.outputs[0].id == "harm"
    with probe.stream(rewindable=2) as stream:
        assert not stream.push(numpy.array([0.0, 5.0, 5.0], numpy.float32))
        assert stream.scores[0] == pytest.approx(0.5)
        assert stream.push(numpy.array([[-1, 0, 0], [3, 0, 0]], numpy.float16))
        assert stream.peaks[0] == pytest.approx(1 / (1 + numpy.exp(-3)), abs=1e-4)
        half = (numpy.array([-2, 0, 0], numpy.float32).view(numpy.uint32) >> 16).astype(numpy.uint16)
        stream.push(half, dtype="bfloat16")
        assert stream.scores[0] == pytest.approx(1 / (1 + numpy.exp(2)), abs=1e-4)
        stream.rewind(1)
        assert stream.scores[0] == stream.peaks[0]
        with pytest.raises(witan.WitanError, match="12 bytes"):
            stream.push(numpy.zeros(4, numpy.float32))
        with pytest.raises(TypeError, match="float64"):
            stream.push(numpy.zeros(3))
