"""Pictures of a view of the world: feature layers, the rendered screen and the rendered minimap."""
