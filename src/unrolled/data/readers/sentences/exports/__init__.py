"""What annotation tools export: texts with spans, and how they become sentences with labels."""

from unrolled.data.readers.sentences.exports.document import Document, Mark
from unrolled.data.readers.sentences.exports.documents import drafts_of

__all__ = ["Document", "Mark", "drafts_of"]
