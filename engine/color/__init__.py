"""Color science on NumPy arrays: CIELAB, sRGB and the gamut between them.

Everything here speaks CIE 1976 L*a*b* for the D65 white and the 2 degree observer, and sRGB as
IEC 61966-2-1 writes it. The detour by way of D50 that ICC profiles force on us is in `icc.py`
and nowhere else.
"""
