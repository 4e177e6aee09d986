"""What `import costfloor as cf` offers: thin functions over the layers below."""
