-- How far the orders came: how many ever reached each step.
WITH reached AS (
    SELECT order_id, max(CASE status WHEN 'PLACED' THEN 1 WHEN 'PAID' THEN 2 WHEN 'SHIPPED' THEN 3 ELSE 0 END) AS step
    FROM sales
    GROUP BY order_id
)
SELECT steps.name AS step,
    count(*) AS orders,
    round(100e0 * count(*) / max(count(*)) OVER (), 1) AS percent
FROM reached
JOIN (VALUES (1, 'PLACED'), (2, 'PAID'), (3, 'SHIPPED')) AS steps (number, name) ON reached.step >= steps.number
GROUP BY steps.number, steps.name
ORDER BY steps.number;
