"""The main job: articles in, a scored and versioned parallel corpus out."""

from __future__ import annotations
