"""Bookinfo details: facts about a book."""

from web import Answer, as_json, serve


def details(path, headers):
    book = path.removeprefix("/details/")
    if not book.isdigit():
        raise Answer(400, {"error": "please provide numeric product ID"})
    return as_json({
        "id": int(book), "author": "William Shakespeare", "year": 1595, "type": "paperback", "pages": 200,
        "publisher": "PublisherA", "language": "English", "ISBN-10": "1234567890", "ISBN-13": "123-1234567890",
    })  # fmt: skip


serve([("/details/", details), ("/health", lambda path, headers: as_json({"status": "Details is healthy"}))])
