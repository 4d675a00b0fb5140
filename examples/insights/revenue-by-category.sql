-- Revenue by category, and the product that brought most of it.
WITH products AS (
    SELECT category, product_name, count(*) AS orders, sum(total) AS revenue
    FROM orders
    WHERE status <> 'CANCELLED'
    GROUP BY category, product_name
)
SELECT category,
    sum(orders) AS orders,
    sum(revenue) AS revenue,
    max_by(product_name, revenue) AS best_product
FROM products
GROUP BY category
ORDER BY revenue DESC;
