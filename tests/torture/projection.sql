CREATE VIEW by_c AS SELECT c, count(*) AS n, sum(i) AS s, min(i) AS l, max(i) AS m, sum(i) FILTER (WHERE n > 2) AS f FROM sales GROUP BY c;
