from surgicam.v1 import feed_pb2 as _feed_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FEED_CHANGE_KIND_CREATED: FeedChangeKind
FEED_CHANGE_KIND_DELETED: FeedChangeKind
FEED_CHANGE_KIND_EXISTING: FeedChangeKind
FEED_CHANGE_KIND_STATE_CHANGED: FeedChangeKind
FEED_CHANGE_KIND_UNSPECIFIED: FeedChangeKind

class CreateFeedRequest(_message.Message):
    __slots__ = ["settings"]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    settings: _feed_pb2.FeedSettings
    def __init__(self, settings: _Optional[_Union[_feed_pb2.FeedSettings, _Mapping]] = ...) -> None: ...

class CreateFeedResponse(_message.Message):
    __slots__ = ["feed"]
    FEED_FIELD_NUMBER: _ClassVar[int]
    feed: _feed_pb2.Feed
    def __init__(self, feed: _Optional[_Union[_feed_pb2.Feed, _Mapping]] = ...) -> None: ...

class DeleteFeedRequest(_message.Message):
    __slots__ = ["feed_id"]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    feed_id: str
    def __init__(self, feed_id: _Optional[str] = ...) -> None: ...

class DeleteFeedResponse(_message.Message):
    __slots__ = ["feed"]
    FEED_FIELD_NUMBER: _ClassVar[int]
    feed: _feed_pb2.Feed
    def __init__(self, feed: _Optional[_Union[_feed_pb2.Feed, _Mapping]] = ...) -> None: ...

class GetFeedRequest(_message.Message):
    __slots__ = ["feed_id"]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    feed_id: str
    def __init__(self, feed_id: _Optional[str] = ...) -> None: ...

class GetFeedResponse(_message.Message):
    __slots__ = ["feed"]
    FEED_FIELD_NUMBER: _ClassVar[int]
    feed: _feed_pb2.Feed
    def __init__(self, feed: _Optional[_Union[_feed_pb2.Feed, _Mapping]] = ...) -> None: ...

class ListFeedsRequest(_message.Message):
    __slots__ = ["page_size", "page_token"]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFeedsResponse(_message.Message):
    __slots__ = ["feeds", "next_page_token"]
    FEEDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    feeds: _containers.RepeatedCompositeFieldContainer[_feed_pb2.Feed]
    next_page_token: str
    def __init__(self, feeds: _Optional[_Iterable[_Union[_feed_pb2.Feed, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchFeedsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class WatchFeedsResponse(_message.Message):
    __slots__ = ["feed", "kind"]
    FEED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    feed: _feed_pb2.Feed
    kind: FeedChangeKind
    def __init__(self, kind: _Optional[_Union[FeedChangeKind, str]] = ..., feed: _Optional[_Union[_feed_pb2.Feed, _Mapping]] = ...) -> None: ...

class FeedChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
