"""Bookinfo productpage: the page that calls details and reviews, and still renders when one of them is down."""

import html
import os

from web import Answer, as_json, call, serve

DOMAIN = os.environ.get("SERVICES_DOMAIN", "")
SUFFIX = f".{DOMAIN}" if DOMAIN else ""


def url(service):
    """Return the base URL of a service; its host and port may be given by environment."""
    host = os.environ.get(f"{service.upper()}_HOSTNAME", service + SUFFIX)
    return f"http://{host}:{os.environ.get(f'{service.upper()}_SERVICE_PORT', '9080')}"


PRODUCTS = [{"id": 0, "title": "The Comedy of Errors", "descriptionHtml": "<i>The Comedy of Errors</i> is one of "
             "Shakespeare's early plays, and among his shortest."}]  # fmt: skip


def fetch(service, path, headers):
    """Return (status, body); a service that cannot be reached answers 500 with an error text."""
    status, body = call(url(service) + path, headers)
    if status == 200 and body is not None:
        return 200, body
    return status or 500, {"error": f"Sorry, product {service} are currently unavailable for this book."}


def details_html(headers):
    status, body = fetch("details", "/details/0", headers)
    if status != 200:
        return f"<h4>Error fetching product details!</h4><p>{html.escape(body['error'])}</p>"
    rows = "".join(f"<dt>{html.escape(key)}</dt><dd>{html.escape(str(value))}</dd>"
                   for key, value in body.items() if key != "id")  # fmt: skip
    return f"<h4>Book Details</h4><dl>{rows}</dl>"


def rating_html(rating):
    if not rating:
        return ""
    if "error" in rating:
        return f"<p class='unavailable'><i>{html.escape(rating['error'])}</i></p>"
    full = "★" * rating["stars"] + "☆" * (5 - rating["stars"])
    return f"<p class='stars' data-stars='{rating['stars']}' style='color: {rating['color']}'>{full}</p>"


def reviews_html(headers):
    status, body = fetch("reviews", "/reviews/0", headers)
    if status != 200:
        return f"<h4>Error fetching product reviews!</h4><p>{html.escape(body['error'])}</p>"
    quotes = "".join(
        f"<blockquote><p>{html.escape(review['text'])}</p><small>{html.escape(review['reviewer'])}</small>"
        f"{rating_html(review.get('rating'))}</blockquote>"
        for review in body["reviews"]
    )
    served = f"<p>Reviews served by: <code>{html.escape(body.get('podname') or '')}</code></p>"
    return f"<h4>Book Reviews</h4>{quotes}{served}"


def page(path, headers):
    product = PRODUCTS[0]
    body = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>Simple Bookstore App</title><style>"
        "body{font-family:sans-serif;max-width:60em;margin:2em auto}"
        "blockquote{border-left:3px solid #ccc;padding-left:1em}"
        "dt{font-weight:bold}.stars{font-size:1.6em;margin:.2em 0}</style></head><body>"
        f"<h1>{html.escape(product['title'])}</h1><p>Summary: {product['descriptionHtml']}</p>"
        f"{details_html(headers)}{reviews_html(headers)}</body></html>"
    )
    return "text/html; charset=utf-8", body.encode()


def api(path, headers):
    """/api/v1/products, /api/v1/products/0, /api/v1/products/0/reviews, /api/v1/products/0/ratings."""
    parts = path.removeprefix("/api/v1/products").strip("/").split("/")
    if parts == [""]:
        return as_json(PRODUCTS)
    if parts[0] != "0":
        raise Answer(404, {"error": f"no product {parts[0]}"})
    service = parts[1] if len(parts) > 1 else "details"
    if service not in ("details", "reviews", "ratings"):
        raise Answer(404, {"error": f"no such view: {service}"})
    status, body = fetch(service, f"/{service}/0", headers)
    if status != 200:
        raise Answer(status, body)
    return as_json(body)


def welcome(path, headers):
    return "text/html; charset=utf-8", b"<a href='/productpage'>The Comedy of Errors</a>"


serve([
    ("/productpage", page),
    ("/api/v1/products", api),
    ("/health", lambda path, headers: as_json({"status": "Product page is healthy"})),
    ("/", welcome),
])  # fmt: skip
