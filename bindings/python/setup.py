# SPDX-License-Identifier: MIT
import os
import re

from setuptools import setup

HERE = os.path.dirname(os.path.abspath(__file__))
os.chdir(HERE)


def version():
    """Of the header: the only place where it stands."""
    with open(os.path.join(HERE, "..", "..", "include", "whoswho", "base.h"), encoding="utf-8") as f:
        return ".".join(re.findall(r"^#define WHOSWHO_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", f.read(), re.M))


setup(
    name="whoswho",
    version=version(),
    description="Finds every face in footage and photos and sorts the faces into people",
    license="MIT",
    packages=["whoswho"],
    package_data={"whoswho": ["py.typed", "libwhoswho.so.0"]},
    cffi_modules=["build_ffi.py:ffibuilder"],
    install_requires=["cffi>=1.15", "numpy>=1.20"],
    python_requires=">=3.9",
    zip_safe=False,
)
