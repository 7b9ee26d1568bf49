"""Is a document what it says it is? Sixty poison files, and the good ones beside them."""

import base64
import os
import resource
import threading
import time

import hand_made_pdf
import papers
import poison
import pytest
from carriers import document_judge, document_reader, documents
from carriers.dto import Document
from papers import PDF, PNG, ZPL

CORPUS = poison.corpus(documents.decode)


def a_document(content, file_format="pdf", kind="label"):
    return Document(kind=kind, format=file_format, content=content, parcel_reference="P1")


def good_files():
    """Yield what labels of good will look like."""
    yield "a label", "pdf", PDF
    yield "a packed label", "pdf", papers.a_pdf(pageCompression=1)
    yield "50 pages", "pdf", papers.a_pdf(*["page"] * 50)
    yield "spaces around", "pdf", b"\n" + PDF + b"\r\n"
    yield "packed objects", "pdf", hand_made_pdf.a_packed_page(b"")
    yield "a newer version", "pdf", hand_made_pdf.updated(hand_made_pdf.a_page())
    yield "the words of an action as text", "pdf", papers.a_pdf("/JavaScript /Launch ^XA")
    yield "a name that only begins like one", "pdf", hand_made_pdf.a_page(b"/JSomething (a)")
    yield (
        "a link to a page",
        "pdf",
        hand_made_pdf.a_page(
            page=b"/Annots [<< /Subtype /Link /A << /S /URI /URI (https://a.example) >> >>]"
        ),
    )
    yield "a picture", "png", PNG
    yield "a picture in colours", "png", papers.a_png(1200, 1800, "RGB")
    yield "printer language", "zpl", ZPL
    yield "printer language in small letters", "zpl", ZPL.lower() + b"\n"
    yield "two labels, three copies", "zpl", ZPL + ZPL.replace(b"^XZ", b"^PQ3^XZ")


@pytest.mark.parametrize(("name", "file_format", "content"), [*good_files()])
def test_a_good_file_is_usable(name, file_format, content):
    assert documents.is_usable(a_document(content, file_format)), name


def test_there_are_sixty_poison_files_and_more():
    assert len(CORPUS) >= 60


@pytest.mark.parametrize(
    ("file_format", "content"),
    [(file_format, content) for _name, file_format, content in CORPUS],
    ids=[name for name, _format, _content in CORPUS],
)
def test_poison_is_found_in_time(file_format, content):
    start = time.monotonic()
    assert not documents.is_usable(a_document(content, file_format))
    assert time.monotonic() - start < document_judge.SECONDS + 2


def test_poison_costs_the_server_no_memory():
    """Only the reader unpacks anything; 200 MB in a bomb are not ours."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bombs = [document for document in CORPUS if "200" in document[0] or "packed" in document[0]]
    assert len(bombs) > 4
    for _name, file_format, content in bombs:
        documents.is_usable(a_document(content, file_format))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


def test_after_each_poison_file_a_good_one_is_still_read():
    for _name, file_format, content in CORPUS[::6]:
        documents.is_usable(a_document(content, file_format))
        assert documents.is_usable(a_document(PDF))


# === THE JUDGE === #


def test_a_reader_that_was_killed_is_replaced():
    judge = document_judge.Judge()
    assert judge.passes("pdf", PDF)
    judge._reader.kill()
    judge._reader.wait()
    assert judge.passes("pdf", PDF)
    judge.close()


def test_a_document_that_takes_too_long_ends_its_reader():
    judge = document_judge.Judge(seconds=0.3)
    assert judge.passes("pdf", PDF)
    reader = judge._reader
    [content] = [content for name, _format, content in CORPUS if "leads to itself" in name]
    assert not judge.passes("pdf", content)
    assert reader.returncode is not None, "the child is gone, and no zombie"
    assert judge.passes("png", PNG)
    judge.close()


def test_nothing_passes_without_a_reader(monkeypatch, tmp_path):
    broken = tmp_path / "reader.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(document_judge, "READER", broken)
    assert not document_judge.Judge().passes("pdf", PDF)


def test_a_reader_that_has_read_much_is_replaced(monkeypatch):
    monkeypatch.setattr(document_judge, "DOCUMENTS_PER_READER", 2)
    judge = document_judge.Judge()
    readers = set()
    for _number in range(4):
        assert judge.passes("pdf", PDF)
        readers.add(judge._reader.pid)
    assert len(readers) == 2
    judge.close()


def test_many_threads_get_each_their_own_verdict():
    judge, found = document_judge.Judge(), {}

    def look(number):
        content = PDF if number % 2 else hand_made_pdf.a_page(page=b"/AA << >>")
        found[number] = judge.passes("pdf", content)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == {number: bool(number % 2) for number in range(16)}
    judge.close()


def test_a_forked_process_has_a_reader_of_its_own():
    judge = document_judge.Judge()
    assert judge.passes("pdf", PDF)
    child = os.fork()
    if not child:
        os._exit(0 if judge.passes("pdf", PDF) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert judge.passes("pdf", PDF)
    judge.close()


def test_the_reader_says_why():
    assert document_reader.verdict("pdf", PDF) == "ok"
    assert document_reader.verdict("pdf", papers.a_pdf(*["page"] * 51)) == "bad pages"
    assert document_reader.verdict("png", PNG[:40]).startswith("bad ")


# === AROUND IT === #


def test_the_bad_ones_are_named_and_the_good_ones_kept():
    good, bad = a_document(PDF), a_document(b"", kind="bill_of_lading")
    usable, warnings = documents.sort_out([good, bad])
    assert usable == (good,)
    assert [(one.field, one.code) for one in warnings] == [("P1", "document_unusable")]
    assert "The bill of lading" in warnings[0].text


@pytest.mark.parametrize("text", ["not base64", "Zm9", "żó"])
def test_what_is_no_base64_is_nothing(text):
    assert documents.decode(text) == b""


def test_base64_may_have_line_breaks():
    text = base64.encodebytes(PDF).decode().replace("\n", "\r\n")
    assert documents.decode(text) == PDF


def test_a_document_does_not_print_its_content():
    assert "PDF-1.4" not in repr(a_document(PDF))
