-- Revenue by hour, and its curve.
SELECT date_format(ordered, '%H:00') AS hour,
    count(*) AS orders,
    sum(total) AS revenue,
    rpad('', CAST(round(40e0 * CAST(sum(total) AS double) / max(CAST(sum(total) AS double)) OVER ()) AS integer), '#') AS curve
FROM orders
WHERE status <> 'CANCELLED'
GROUP BY date_format(ordered, '%H:00')
ORDER BY hour;
