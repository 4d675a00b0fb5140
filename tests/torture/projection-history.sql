CREATE VIEW by_c AS SELECT c, count(*) AS n, sum(i_real) AS s, min(i_real) AS l, max(i_real) AS m, sum(i_real) FILTER (WHERE n_real > 2) AS f FROM sales GROUP BY c;
