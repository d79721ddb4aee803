"""Reading results. The modules: aggregations, published, publications, outcomes (what officers look at), items."""
