"""Contenders set up the process that they are alone in; here they are guests."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import pytest
import torch

import lossbook


@pytest.fixture(autouse=True)
def _settings_put_back() -> Iterator[None]:
    wide, threads = jax.config.jax_enable_x64, torch.get_num_threads()
    own_threads = lossbook.get_num_threads()
    yield
    jax.config.update("jax_enable_x64", wide)
    torch.set_num_threads(threads)
    lossbook.set_num_threads(own_threads)
