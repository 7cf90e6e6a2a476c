"""CIELAB -> codes of an RGB space; what it cannot hold loses chroma, never lightness or hue.

For a given L* and hue a space holds all chromas up to a largest one, which is searched.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.color.rgb import NODES, RgbSpace
from engine.compiled import compiled, inlined

# Rounding leaves exact grays a hair outside 0..1; what lies within this is in the gamut. Near black
# 1e-6 of linear light is 0.001 of L*.
TOLERANCE = np.float32(2e-6)
# The chroma found is too low by some 1/5,000 of it: the color is that near to the limit, as a share
# of what room there is without chroma; or the interval has become that small.
_NEAR, _NEAREST = np.float32(2e-4), np.float32(6e-5)
_STEPS = 40

# CIELAB, as in lab.py: f's straight piece begins below 6/29.
_DELTA, _SLOPE, _OFFSET = np.float32(6 / 29), np.float32(108 / 841), np.float32(4 / 29)
_TO_FY, _TO_FX, _TO_FZ = np.float32(1 / 116), np.float32(1 / 500), np.float32(1 / 200)
_ZERO, _HALF, _ONE, _SIXTEEN = np.float32(0), np.float32(0.5), np.float32(1), np.float32(16)
_DONE = np.float32(2)  # of a search
_LAST_NODE = np.float32(NODES - 1)

Plane = NDArray[np.float32]


def encode_rows(L: Plane, ab: Plane, space: RgbSpace, out: NDArray[np.generic]) -> int:
    """Turn rows of CIELAB into codes.

    Args:
        L: (rows, W) float32, L* 0..100.
        ab: (2, rows, W) float32, a* and b*.
        space: what the codes are of.
        out: (rows, W, 3) uint8 or uint16, written to.

    Returns:
        How many pixels had their chroma lowered.
    """
    if out.dtype == np.uint8:
        return int(_encode_bytes(L, ab, space.mixing, space.bytes, out))
    return int(_encode_words(L, ab, space.mixing, space.encoding, out))


def chroma_share_inside(L: float, a: float, b: float, space: RgbSpace) -> float:
    """The share of a color's chroma that a space can hold at that L*: 1 if it holds all of it."""
    fy = np.float32((L + 16) / 116)
    return float(share_inside(fy, np.float32(a / 500), np.float32(b / 200), space.mixing))


@inlined
def f_inverse(f: Any) -> Any:
    """The inverse of the curve of CIELAB."""
    return f * f * f if f > _DELTA else _SLOPE * (f - _OFFSET)


@inlined
def _unpacked(mixing: Any) -> Any:
    """The six numbers of the matrix, to be held in registers."""
    return mixing[0, 0], mixing[0, 1], mixing[1, 0], mixing[1, 1], mixing[2, 0], mixing[2, 1]


@inlined
def _room(fy: Any, y: Any, da: Any, db: Any, mix: Any) -> Any:
    """How far the light of a color is from the nearest limit, 0 or 1; negative outside."""
    red_x, red_z, green_x, green_z, blue_x, blue_z = mix
    u, v = f_inverse(fy + da) - y, f_inverse(fy - db) - y
    red = y + red_x * u + red_z * v
    green = y + green_x * u + green_z * v
    blue = y + blue_x * u + blue_z * v
    return min(min(red, min(green, blue)), _ONE - max(red, max(green, blue)))


@compiled
def fits(fy: Any, y: Any, da: Any, db: Any, mixing: Any) -> Any:
    """Whether the color of f(Y) = fy, f(X) = fy + da and f(Z) = fy - db is inside."""
    return _room(fy, y, da, db, _unpacked(mixing)) >= -TOLERANCE


@compiled
def share_inside(fy: Any, da: Any, db: Any, mixing: Any) -> Any:
    """The largest share of the chroma that is inside."""
    y = f_inverse(fy)
    mix = _unpacked(mixing)
    beyond = _room(fy, y, da, db, mix)
    if beyond >= -TOLERANCE:
        return _ONE
    room = max(min(y, _ONE - y), _ZERO)
    near = room * _NEAR
    found = _ZERO, room, _ONE, beyond, _ZERO
    for _ in range(_STEPS):
        found = _step(found, near, fy, y, da, db, mix)
        if found[4] == _DONE:
            break
    return found[0]


@inlined
def _step(found: Any, near: Any, fy: Any, y: Any, da: Any, db: Any, mix: Any) -> Any:
    """A step of false position, without a branch, so that many colors can be searched at a time.

    Source: Anderson and Björck 1973, "A new high order method of regula falsi type": an end that
    stays is lowered by how much the other one gained. Some three steps, where halving takes
    fourteen.

    Args:
        found: a share that is inside and its room; one that is outside and its room; which of the
            two moved last (1 or -1), or `_DONE`.
        near: a room that is near enough.
        fy: of the color, as for `fits`.
        y: likewise.
        da: likewise, all of the chroma.
        db: likewise.
        mix: the matrix, as `_unpacked` gives it.

    Returns:
        `found`, narrowed unless it is done.
    """
    inside, room, outside, beyond, moved = found
    tried = inside + (outside - inside) * (room / (room - beyond))
    now = _room(fy, y, tried * da, tried * db, mix)
    good = now >= -TOLERANCE
    lower_beyond = _ONE - now / room
    lower_beyond = lower_beyond if lower_beyond > _ZERO else _HALF
    lower_room = _ONE - now / beyond
    lower_room = lower_room if lower_room > _ZERO else _HALF
    next_inside = tried if good else inside
    next_outside = outside if good else tried
    kept_room = room * lower_room if moved == -_ONE else room
    kept_beyond = beyond * lower_beyond if moved == _ONE else beyond
    next_room = max(now, _ZERO) if good else kept_room
    next_beyond = kept_beyond if good else now
    ended = (good & (now <= near)) | (next_outside - next_inside < _NEAREST)
    side = _ONE if good else -_ONE
    next_moved = _DONE if ended else side
    done = moved == _DONE
    return (
        inside if done else next_inside,
        room if done else next_room,
        outside if done else next_outside,
        beyond if done else next_beyond,
        moved if done else next_moved,
    )


# What follows is taken apart so that the compiler does eight or sixteen pixels at a time wherever
# nothing is looked up: measured, that makes it three times as fast as one loop over all of it.


@compiled
def _encode_bytes(L: Any, ab: Any, mixing: Any, codes: Any, out: Any) -> Any:
    width = L.shape[1]
    light, outside = np.empty((3, width), np.float32), np.empty(width, np.uint8)
    nodes = np.empty((3, width), np.uint16)
    lowered = 0
    for row in range(L.shape[0]):
        lowered += _light(L[row], ab[0, row], ab[1, row], mixing, light, outside)
        for channel in range(3):
            _nearest_nodes(light[channel], nodes[channel])
        strip = out[row]
        for x in range(width):
            strip[x, 0] = codes[0, nodes[0, x]]
            strip[x, 1] = codes[1, nodes[1, x]]
            strip[x, 2] = codes[2, nodes[2, x]]
    return lowered


@compiled
def _encode_words(L: Any, ab: Any, mixing: Any, encoding: Any, out: Any) -> Any:
    width = L.shape[1]
    light, outside = np.empty((3, width), np.float32), np.empty(width, np.uint8)
    nodes, share = np.empty(width, np.uint16), np.empty(width, np.float32)
    lowered = 0
    for row in range(L.shape[0]):
        lowered += _light(L[row], ab[0, row], ab[1, row], mixing, light, outside)
        for channel in range(3):
            _nodes_before(light[channel], nodes, share)
            curve = encoding[channel]
            for x in range(width):
                start = curve[nodes[x]]
                code = start + share[x] * (curve[nodes[x] + 1] - start)
                out[row, x, channel] = np.uint16(code + _HALF)
    return lowered


@compiled
def _light(L: Any, a: Any, b: Any, mixing: Any, light: Any, outside: Any) -> Any:
    """Linear light of a row, inside the gamut; returns how many pixels had to be brought there."""
    red, green, blue = light[0], light[1], light[2]
    red_x, red_z = mixing[0, 0], mixing[0, 1]
    green_x, green_z = mixing[1, 0], mixing[1, 1]
    blue_x, blue_z = mixing[2, 0], mixing[2, 1]
    for x in range(len(L)):
        fy = (L[x] + _SIXTEEN) * _TO_FY
        y = f_inverse(fy)
        u = f_inverse(fy + a[x] * _TO_FX) - y
        v = f_inverse(fy - b[x] * _TO_FZ) - y
        red[x] = y + red_x * u + red_z * v
        green[x] = y + green_x * u + green_z * v
        blue[x] = y + blue_x * u + blue_z * v
    for x in range(len(L)):
        low = min(red[x], min(green[x], blue[x]))
        high = max(red[x], max(green[x], blue[x]))
        outside[x] = (low < -TOLERANCE) | (high > _ONE + TOLERANCE)
    return _bring_inside(L, a, b, mixing, light, outside)


@compiled
def _bring_inside(L: Any, a: Any, b: Any, mixing: Any, light: Any, outside: Any) -> Any:
    """Lower the chroma of what is outside; returns how many pixels that were."""
    where = np.empty(len(L), np.int32)
    count = _marked(outside, where)
    colors = np.empty((3, count), np.float32)
    fy, da, db = colors[0], colors[1], colors[2]
    for i in range(count):
        x = where[i]
        fy[i] = (L[x] + _SIXTEEN) * _TO_FY
        da[i], db[i] = a[x] * _TO_FX, b[x] * _TO_FZ
    share = _shares_inside(fy, da, db, mixing)
    for i in range(count):
        # What was the color becomes its light.
        y = f_inverse(fy[i])
        u, v = f_inverse(fy[i] + share[i] * da[i]) - y, f_inverse(fy[i] - share[i] * db[i]) - y
        fy[i] = y + mixing[0, 0] * u + mixing[0, 1] * v
        da[i] = y + mixing[1, 0] * u + mixing[1, 1] * v
        db[i] = y + mixing[2, 0] * u + mixing[2, 1] * v
    for i in range(count):
        light[0, where[i]], light[1, where[i]], light[2, where[i]] = fy[i], da[i], db[i]
    return count


@inlined
def _marked(marks: Any, where: Any) -> Any:
    """Write down where marks are 1, without a branch; returns how many they are."""
    count = 0
    for x in range(len(where)):
        where[count] = x
        count += marks[x]
    return count


@compiled
def _shares_inside(fy: Any, da: Any, db: Any, mixing: Any) -> Any:
    """As `share_inside`, for many colors that are all outside."""
    count = len(fy)
    share = np.empty(count, np.float32)
    inside, outside = np.zeros(count, np.float32), np.ones(count, np.float32)
    left, unsure = np.arange(count), np.empty(count, np.uint8)
    for _ in range(_STEPS):
        _three_steps(fy, da, db, mixing, inside, outside, unsure)
        for i in range(len(left)):
            share[left[i]] = inside[i]
        where = np.empty(len(left), np.int32)
        where = where[: _marked(unsure, where)]
        if len(where) == 0:
            break
        left, fy, da, db = left[where], fy[where], da[where], db[where]
        inside, outside = inside[where], outside[where]
    return share


@compiled
def _three_steps(
    fy: Any, da: Any, db: Any, mixing: Any, inside: Any, outside: Any, unsure: Any
) -> None:
    """Narrow what lies between a share that is inside and one that is outside."""
    mix = _unpacked(mixing)
    for i in range(len(fy)):
        y = f_inverse(fy[i])
        near = max(min(y, _ONE - y), _ZERO) * _NEAR
        room = max(_room(fy[i], y, inside[i] * da[i], inside[i] * db[i], mix), _ZERO)
        beyond = _room(fy[i], y, outside[i] * da[i], outside[i] * db[i], mix)
        found = inside[i], room, outside[i], beyond, _ZERO
        # Written out, because what the compiler does sixteen at a time must hold no loop.
        found = _step(found, near, fy[i], y, da[i], db[i], mix)
        found = _step(found, near, fy[i], y, da[i], db[i], mix)
        found = _step(found, near, fy[i], y, da[i], db[i], mix)
        inside[i], outside[i] = found[0], found[2]
        unsure[i] = found[4] != _DONE


@compiled
def _nearest_nodes(light: Any, nodes: Any) -> None:
    for x in range(len(light)):
        root = math.sqrt(min(max(light[x], _ZERO), _ONE))
        nodes[x] = np.int32(root * _LAST_NODE + _HALF)


@compiled
def _nodes_before(light: Any, nodes: Any, share: Any) -> None:
    for x in range(len(light)):
        at = math.sqrt(min(max(light[x], _ZERO), _ONE)) * _LAST_NODE
        node: Any = min(np.int32(at), NODES - 2)
        nodes[x] = node
        share[x] = at - np.float32(node)
