"""Bookinfo ratings: stars per reviewer; v1 from memory, v2 from a MySQL database (DB_TYPE=mysql)."""

import os
import sys

from web import Answer, as_json, serve


def stored():
    """Return the ratings kept in memory, as version 1 has them."""
    return {"Reviewer1": 5, "Reviewer2": 4}


def from_mysql():
    """Read table `ratings` of database `test`; a database out of reach is an error of ours."""
    import pymysql

    try:
        connection = pymysql.connect(
            host=os.environ["MYSQL_DB_HOST"],
            port=int(os.environ["MYSQL_DB_PORT"]),
            user=os.environ["MYSQL_DB_USER"],
            password=os.environ["MYSQL_DB_PASSWORD"],
            database="test",
            connect_timeout=3,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT ReviewID, Rating FROM ratings ORDER BY ReviewID")
            return {f"Reviewer{review}": rating for review, rating in cursor.fetchall()}
    except (pymysql.Error, OSError) as error:
        print(f"mysql: {error}", file=sys.stderr, flush=True)
        raise Answer(500, {"error": "could not connect to ratings database"}) from error


def ratings(path, headers):
    product = path.removeprefix("/ratings/")
    if not product.isdigit():
        raise Answer(400, {"error": "please provide numeric product ID"})
    found = from_mysql() if os.environ.get("DB_TYPE") == "mysql" else stored()
    return as_json({"id": int(product), "ratings": found})


serve([("/ratings/", ratings), ("/health", lambda path, headers: as_json({"status": "Ratings is healthy"}))])
