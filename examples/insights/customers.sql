-- Customers by how often they bought.
WITH customers AS (
    SELECT customer_id, count(*) AS orders, sum(total) AS spent
    FROM orders
    WHERE status <> 'CANCELLED'
    GROUP BY customer_id
)
SELECT CASE WHEN orders >= 5 THEN '5 or more' ELSE CAST(orders AS varchar) END AS orders,
    count(*) AS customers,
    sum(spent) AS revenue,
    max(spent) AS most_spent
FROM customers
GROUP BY 1
ORDER BY 1;
