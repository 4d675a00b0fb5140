-- The ten products with the most revenue.
SELECT product_name AS product,
    sum(quantity) AS sold,
    sum(total) AS revenue,
    round(100e0 * CAST(sum(discount) AS double) / CAST(sum(total) + sum(discount) AS double), 1) AS discount_percent
FROM orders
WHERE status <> 'CANCELLED'
GROUP BY product_name
ORDER BY revenue DESC, product
LIMIT 10;
