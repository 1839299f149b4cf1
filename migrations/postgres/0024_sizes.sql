-- PostgreSQL counts its tables by itself.
SELECT 1;
