"""How colors are read out of what a trained network says; stored in its weights file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Calibration:
    """Numbers chosen on photos kept from training; by default what is used while it is trained.

    A hint is called likely as far as its color lies near the one that the network would have given
    the spot, or that is in doubt: then it says how the whole photo differs from what the network
    expects. One that is far off says that this spot is another color, and nothing of the rest.

    Attributes:
        temperature: of the distribution; 1 is the safest and palest.
        gain: factor on the chroma, where the distribution agrees on a hue.
        agreement: how much less it is where it does not: the factor is
            1 + (gain - 1) * r ** agreement, with r the chroma of the mean over the mean of the
            chroma, 1 for one hue and 0 for hues that cancel each other out.
        boldness: how much of what that takes from a photo as a whole is given back to it: its r are
            multiplied by (SURE / r of the whole photo) ** boldness, and are at most 1.
        hint_pull: added to the scores of all hints, see `HintPointer`.
        hint_fall: how much more than learned they fall per 100 pixels of the network's input.
        hint_kin: how much they fall where a cell is less like what lies under the hint, per squared
            distance, see `kinship.apart`.
        likely_within: a*b*; a hint so far off is 1/e likely, farther off soon not at all. 0: none.
        likely_spreads: likewise, in how many times the spread of the network's own color there; the
            lesser of both counts. 0: only the former.
        likely_pull: added to the scores of likely hints, besides.
        likely_fall: how much less those fall with the distance in the photo.
        likely_kin: how much less with that of the descriptors.
        likely_everywhere: how much of what one likely hint says holds for the whole photo, where
            that is as much in doubt as the hinted spot was.
        likely_vividness: how much of it is rather that the whole photo has more chroma, or less.
        likely_nearby: how much of it holds besides where the hint itself is half obeyed.
        posterior_temperature: of the honest distribution, see `belief.posterior`.
        posterior_unweighing: 0..1, likewise.
    """

    temperature: float = 1.0
    gain: float = 1.0
    agreement: float = 0.0
    boldness: float = 0.0
    hint_pull: float = 0.0
    hint_fall: float = 0.0
    hint_kin: float = 0.0
    likely_within: float = 0.0
    likely_spreads: float = 0.0
    likely_pull: float = 0.0
    likely_fall: float = 0.0
    likely_kin: float = 0.0
    likely_everywhere: float = 0.0
    likely_vividness: float = 0.0
    likely_nearby: float = 0.0
    posterior_temperature: float = 1.0
    posterior_unweighing: float = 1.0
