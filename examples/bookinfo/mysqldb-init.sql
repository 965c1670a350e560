-- Fills the ratings database as "Consuming External TCP Services" has it, section "Setting up the database for ratings data".
CREATE DATABASE IF NOT EXISTS test;
USE test;
CREATE TABLE IF NOT EXISTS ratings (ReviewID INT NOT NULL PRIMARY KEY, Rating INT);
REPLACE INTO ratings (ReviewID, Rating) VALUES (1, 5), (2, 4);
