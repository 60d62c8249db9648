"""The HDF5 data-set format (docs/format.md): schema, writer, reader, manifest and tools.

Convention:
    A data set is a folder; `DatasetWriter` makes one from `Record`s and `Dataset` reads it. The tools are functions of
    the modules `inspect`, `validate`, `stats`, `split`, `merge`, `card` and `plot`.
"""

from sc2data.format.folder import OccupiedError
from sc2data.format.manifest import Manifest, ManifestError, NoDatasetError, Source
from sc2data.format.reader import Dataset, ShardError, SplitError
from sc2data.format.record import Record, Scene, Units
from sc2data.format.schema import SCHEMA_VERSION, CameraModel, CountedType, MapInfo, Schema, SchemaError
from sc2data.format.writer import DatasetWriter, ResumeError

__all__ = [
    "SCHEMA_VERSION",
    "CameraModel",
    "CountedType",
    "Dataset",
    "DatasetWriter",
    "Manifest",
    "ManifestError",
    "MapInfo",
    "NoDatasetError",
    "OccupiedError",
    "Record",
    "ResumeError",
    "Scene",
    "Schema",
    "SchemaError",
    "ShardError",
    "Source",
    "SplitError",
    "Units",
]
