"""How Sphinx builds the site; ``nox -s site`` runs it. Nothing on it is fetched by a reader."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "_extensions"))

# Threads of small trainings only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import lossbook  # noqa: E402

project = "lossbook"
version = release = lossbook.__version__
copyright = "the lossbook contributors"  # noqa: A001

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "myst_nb",
    "completeness",
    "documents",
    "explorer_page",
    "loss_pages",
    "notebooks",
]
exclude_patterns = ["_*"]
templates_path = ["_templates"]
nitpicky = True
# Other projects' names lead nowhere on a site without requests; ours must lead somewhere.
nitpick_ignore_regex = [(r"py:.*", r"(?!lossbook\.).*")]

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Every chapter runs at every build, and one that fails ends it.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_merge_streams = True

toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = "lossbook"
html_static_path = ["_static", "../build/site_assets/served"]
html_favicon = "_static/logo.svg"
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sourcelink = False
html_copy_source = False
html_context = {"default_mode": "auto"}
html_sidebars = {"index": []}
html_theme_options = {
    "logo": {"text": "lossbook", **dict.fromkeys(("image_light", "image_dark"), html_favicon)},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "navigation_depth": 2,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "primary_sidebar_end": [],
    "secondary_sidebar_items": ["page-toc", "notebook"],
}

mathjax_path = "mathjax/tex-svg.js"
mathjax4_config = {
    # Letters of other alphabets are files beside it, where they would be on a foreign host.
    "loader": {"paths": {"fonts": "[mathjax]"}},
    # Speech would come from a worker, a file of its own; MathML is there for screen readers.
    "options": {
        "enableSpeech": False,
        "enableBraille": False,
        "enableEnrichment": False,
        "menuOptions": {
            "settings": {"speech": False, "braille": False, "enrich": False, "assistiveMml": True}
        },
    },
}


def _prepare_kernels() -> None:
    """Pictures of chapters as SVG, in the look of the site."""
    profile = ROOT / "build" / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    settings = "c.InlineBackend.figure_formats = {'svg'}\nc.InlineBackend.rc = {}\n"
    (profile / "ipython_kernel_config.py").write_text(settings, encoding="utf-8")
    # The shell of a chapter finds the commands of this environment.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["IPYTHONDIR"] = str(profile.parent)
    os.environ["MATPLOTLIBRC"] = str(HERE / "_static" / "chapters.mplstyle")


_prepare_kernels()
