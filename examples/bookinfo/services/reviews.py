"""Bookinfo reviews: two reviews, with black (v2) or red (v3) stars where ratings are enabled."""

import os

from web import Answer, as_json, call, serve

TEXTS = {
    "Reviewer1": "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!",
    "Reviewer2": "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays "
    "by Shakespeare.",
}
DOMAIN = os.environ.get("SERVICES_DOMAIN", "")
RATINGS = os.environ.get("RATINGS_HOSTNAME", "ratings" + (f".{DOMAIN}" if DOMAIN else ""))
RATINGS_PORT = os.environ.get("RATINGS_SERVICE_PORT", "9080")


def rating_of(product, headers):
    """Return reviewer → rating as the page shows it."""
    if os.environ.get("ENABLE_RATINGS") != "true":
        return {}
    status, body = call(f"http://{RATINGS}:{RATINGS_PORT}/ratings/{product}", headers)
    if status != 200 or not body:
        return {who: {"error": "Ratings service is currently unavailable"} for who in TEXTS}
    color = os.environ.get("STAR_COLOR", "black")
    return {who: {"stars": stars, "color": color} for who, stars in body["ratings"].items()}


def reviews(path, headers):
    product = path.removeprefix("/reviews/")
    if not product.isdigit():
        raise Answer(400, {"error": "please provide numeric product ID"})
    ratings = rating_of(product, headers)
    found = [{"reviewer": who, "text": text, **({"rating": ratings[who]} if who in ratings else {})}
             for who, text in TEXTS.items()]  # fmt: skip
    return as_json({
        "id": product, "podname": os.environ.get("HOSTNAME", ""), "clustername": os.environ.get("CLUSTER_NAME"),
        "reviews": found,
    })  # fmt: skip


serve([("/reviews/", reviews), ("/health", lambda path, headers: as_json({"status": "Reviews is healthy"}))])
