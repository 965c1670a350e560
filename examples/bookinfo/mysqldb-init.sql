-- Fills the ratings database as document A has it.
CREATE DATABASE IF NOT EXISTS test;
USE test;
CREATE TABLE IF NOT EXISTS ratings (ReviewID INT NOT NULL PRIMARY KEY, Rating INT);
REPLACE INTO ratings (ReviewID, Rating) VALUES (1, 5), (2, 4);
