# SPDX-License-Identifier: MIT
"""The build backend of a checkout: setuptools', in bindings/python."""
import os

from setuptools import build_meta

HERE = os.path.dirname(os.path.abspath(__file__))


def _here(function, *arguments):
    before = os.getcwd()
    os.chdir(HERE)
    try:
        return function(*arguments)
    finally:
        os.chdir(before)


def get_requires_for_build_wheel(config_settings=None):
    return []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _here(build_meta.build_wheel, os.path.abspath(wheel_directory), config_settings, metadata_directory and os.path.abspath(metadata_directory))


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("the bindings are built from a checkout, for libwhoswho is built with them: meson dist makes its source archive")
