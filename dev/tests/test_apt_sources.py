"""The host's mirror is found in whatever style its apt sources are written."""

import pytest

from dev.apt_sources import Mirror, find_mirror
from dev.errors import SetupError

DEB822 = """\
Types: deb
# a comment between the fields, as cloud images have it
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""

KEY = """\
Types: deb deb-src
URIs: https://mirror.example/debian
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 not a real key, but the shape of one
 -----END PGP PUBLIC KEY BLOCK-----
"""


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_deb822_stanza_of_the_release_is_taken_not_the_security_one(tmp_path):
    write(tmp_path, "sources.list.d/debian.sources", DEB822)
    mirror = find_mirror(tmp_path, "bookworm")
    assert mirror.uris == "http://mirror.example/debian"
    assert mirror.stanza("sid").splitlines() == [
        "Types: deb",
        "URIs: http://mirror.example/debian",
        "Suites: sid",
        "Components: main",
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
    ]


def test_key_inside_the_stanza_is_kept_word_for_word(tmp_path):
    write(tmp_path, "sources.list.d/debian.sources", KEY)
    stanza = find_mirror(tmp_path, "bookworm").stanza("sid")
    assert KEY[KEY.index("Signed-By") :].strip() in stanza


def test_disabled_and_foreign_stanzas_are_passed_over(tmp_path):
    foreign = DEB822.replace("bookworm", "nodistro").replace("mirror.example", "other.example")
    disabled = f"Enabled: no\n{DEB822.replace('mirror.example', 'off.example')}"
    write(tmp_path, "sources.list.d/a.sources", f"{foreign}\n\n{disabled}\n\n{DEB822}")
    assert find_mirror(tmp_path, "bookworm").uris == "http://mirror.example/debian"


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("deb http://mirror.example/debian bookworm main", ()),
        ("deb\thttp://mirror.example/debian  bookworm main non-free # ours", ()),
        (
            "deb [arch=amd64,i386 signed-by=/k.gpg] http://mirror.example/debian bookworm main",
            ("Architectures: amd64 i386", "Signed-By: /k.gpg"),
        ),
    ],
)
def test_one_line_style(tmp_path, line, extra):
    others = (
        "# deb http://no.example/debian bookworm main\n"
        "deb-src http://src.example/debian bookworm main\n"
        "deb cdrom:[Debian 12]/ bookworm main\n"
        "deb http://sec.example/debian bookworm-security main\n"
    )
    write(tmp_path, "sources.list", f"{others}{line}\n")
    assert find_mirror(tmp_path, "bookworm") == Mirror("http://mirror.example/debian", extra)


def test_list_files_beside_the_main_one_are_read(tmp_path):
    write(tmp_path, "sources.list.d/x.list", "deb http://mirror.example/debian trixie main\n")
    assert find_mirror(tmp_path, "trixie").uris == "http://mirror.example/debian"


def test_no_mirror_says_what_to_do(tmp_path):
    with pytest.raises(SetupError, match="suite bookworm") as caught:
        find_mirror(tmp_path, "bookworm")
    assert "ODOO_HOME" in caught.value.remedy
