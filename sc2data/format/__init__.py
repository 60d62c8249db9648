"""The HDF5 data-set format (docs/format.md): schema, writer, reader, manifest and tools."""
