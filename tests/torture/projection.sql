CREATE VIEW by_c AS SELECT c, count(*) AS n, sum(i) AS s, max(i) AS m FROM sales GROUP BY c;
