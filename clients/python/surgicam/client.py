"""The service, as a Python object."""

from __future__ import annotations

from typing import Iterable, Iterator, List, Optional, Union

import grpc

from .errors import error_of
from .frames import Frame, event_of, frame_of
from .options import DELIVERIES, PACINGS, PUSH_FORMATS, chosen, outputs_of, thresholds_of
from .subscription import Subscription
from .v1 import analysis_service_pb2 as analysis_pb
from .v1 import analysis_service_pb2_grpc, feed_pb2, feed_service_pb2, feed_service_pb2_grpc
from .v1 import model_pb2, model_service_pb2, model_service_pb2_grpc

_CHUNK = 64 * 1024


class Client:
    """One connection to a service; made by `connect`. Usable from several threads, and as a context manager.

    Calls raise the classes of `surgicam.errors`. `timeout` is in seconds.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self._analysis = analysis_service_pb2_grpc.AnalysisServiceStub(channel)
        self._feeds = feed_service_pb2_grpc.FeedServiceStub(channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(channel)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.channel.close()

    def wait_ready(self, timeout: Optional[float] = None) -> None:
        """Returns when there is a connection. grpc.FutureTimeoutError: not within the timeout."""
        grpc.channel_ready_future(self.channel).result(timeout)

    def subscribe(
        self,
        feed_id: str,
        *,
        features: Optional[str] = None,
        heatmaps: Optional[str] = None,
        heatmap_classes: Iterable[int] = (),
        boxes: bool = True,
        outlines: bool = False,
        preview_width: Optional[int] = None,
        class_threshold: Optional[float] = None,
        roi_threshold: Optional[float] = None,
        delivery: str = "latest",
        max_rate: Optional[float] = None,
        staleness_budget_ms: Optional[int] = None,
        max_unacknowledged: Optional[int] = None,
        resume_after_sequence: Optional[int] = None,
        give_up_after: Optional[float] = None,
    ) -> Subscription:
        """Follows a feed: `for frame in client.subscribe("or-1", features="sl-fe")`.

        features: sl-fe, l-fe, ln-fe. heatmaps: native (the model's grid), full, full-u8 (its input size). delivery:
        latest (a slow reader skips) or every_frame. give_up_after: seconds without a connection after which the error
        is raised; None tries for ever.
        """
        configuration = analysis_pb.SubscriptionConfiguration(
            feed_id=feed_id,
            outputs=outputs_of(boxes, outlines, features, heatmaps, heatmap_classes, preview_width),
            thresholds=thresholds_of(class_threshold, roi_threshold),
            delivery=chosen("delivery", delivery, DELIVERIES),
            max_rate=max_rate,
            staleness_budget_ms=staleness_budget_ms,
            max_unacknowledged=max_unacknowledged,
            resume_after_sequence=resume_after_sequence,
        )
        return Subscription(self._analysis, configuration, give_up_after)

    def push(
        self,
        video: Union[str, Iterable[bytes]],
        format: str,
        *,
        feed_id: str = "",
        model: str = "",
        size: tuple = (0, 0),
        frame_rate: Optional[float] = None,
        pacing: str = "every_frame",
        features: Optional[str] = None,
        heatmaps: Optional[str] = None,
        boxes: bool = True,
        class_threshold: Optional[float] = None,
        roi_threshold: Optional[float] = None,
    ) -> Iterator[Frame]:
        """Sends video and gives its analyses back. `video`: the name of a file, or chunks of bytes (of format
        `pictures`: whole JPEG or PNG files). format: mpeg-ts, mp4 (fragmented), matroska, h264, h265, pictures, rgb24."""
        source = feed_pb2.PushSource(
            format=chosen("format", format, PUSH_FORMATS), width=size[0], height=size[1], frame_rate=frame_rate
        )
        configuration = analysis_pb.AnalyzeStreamConfiguration(
            feed_id=feed_id,
            source=source,
            model_name=model,
            pacing=chosen("pacing", pacing, PACINGS),
            outputs=outputs_of(boxes=boxes, features=features, heatmaps=heatmaps),
            thresholds=thresholds_of(class_threshold, roi_threshold),
        )

        def requests() -> Iterator[analysis_pb.AnalyzeStreamRequest]:
            yield analysis_pb.AnalyzeStreamRequest(configure=configuration)
            for chunk in _chunks(video) if isinstance(video, str) else video:
                yield analysis_pb.AnalyzeStreamRequest(chunk=chunk)

        call = self._analysis.AnalyzeStream(requests())
        try:
            for response in call:
                event = event_of(response)
                if isinstance(event, Frame):
                    yield event
        except grpc.RpcError as failure:
            raise error_of(failure) from None
        finally:
            call.cancel()

    def analyze_image(
        self,
        image: bytes,
        *,
        model: str = "",
        features: Optional[str] = None,
        heatmaps: Optional[str] = None,
        boxes: bool = True,
        class_threshold: Optional[float] = None,
        roi_threshold: Optional[float] = None,
        timeout: Optional[float] = 60,
    ) -> Frame:
        """One JPEG or PNG."""
        request = analysis_pb.AnalyzeImageRequest(
            model_name=model,
            image=image,
            outputs=outputs_of(boxes=boxes, features=features, heatmaps=heatmaps),
            thresholds=thresholds_of(class_threshold, roi_threshold),
        )
        return frame_of(_ask(self._analysis.AnalyzeImage, request, timeout).frame_analysis)

    def create_feed(
        self,
        feed_id: str,
        uri: str,
        *,
        model: str = "",
        pacing: str = "live",
        own_speed: bool = False,
        loop: bool = False,
        timeout: Optional[float] = 60,
    ) -> feed_pb2.Feed:
        """Starts to watch a source: rtsp, srt, rtmp, udp, http(s), a device, or a file below the media root."""
        source = feed_pb2.FeedSource(uri=feed_pb2.UriSource(uri=uri, own_speed=own_speed, loop=loop))
        return self._create(feed_id, source, model, pacing, timeout)

    def create_phantom(
        self,
        feed_id: str,
        *,
        seed: int = 1,
        frame_rate: float = 25,
        frame_count: Optional[int] = None,
        model: str = "",
        pacing: str = "live",
        timeout: Optional[float] = 60,
    ) -> feed_pb2.Feed:
        """Starts the synthetic scene, a test signal without patient data."""
        scene = feed_pb2.PhantomSource(seed=seed, frame_rate=frame_rate, frame_count=frame_count)
        return self._create(feed_id, feed_pb2.FeedSource(phantom=scene), model, pacing, timeout)

    def get_feed(self, feed_id: str, timeout: Optional[float] = 60) -> feed_pb2.Feed:
        return _ask(self._feeds.GetFeed, feed_service_pb2.GetFeedRequest(feed_id=feed_id), timeout).feed

    def delete_feed(self, feed_id: str, timeout: Optional[float] = 60) -> feed_pb2.Feed:
        return _ask(self._feeds.DeleteFeed, feed_service_pb2.DeleteFeedRequest(feed_id=feed_id), timeout).feed

    def feeds(self, timeout: Optional[float] = 60) -> Iterator[feed_pb2.Feed]:
        """All feeds, by id."""
        token = ""
        while True:
            page = _ask(self._feeds.ListFeeds, feed_service_pb2.ListFeedsRequest(page_token=token), timeout)
            yield from page.feeds
            token = page.next_page_token
            if token == "":
                return

    def watch_feeds(self) -> Iterator[feed_service_pb2.WatchFeedsResponse]:
        """The feeds that there are, then every change."""
        call = self._feeds.WatchFeeds(feed_service_pb2.WatchFeedsRequest())
        try:
            yield from call
        except grpc.RpcError as failure:
            raise error_of(failure) from None
        finally:
            call.cancel()

    def models(self, timeout: Optional[float] = 60) -> List[model_pb2.Model]:
        return list(_ask(self._models.ListModels, model_service_pb2.ListModelsRequest(), timeout).models)

    def model(self, name: str = "", timeout: Optional[float] = 60) -> model_pb2.Model:
        """A model by its name; the service's default one without."""
        return _ask(self._models.GetModel, model_service_pb2.GetModelRequest(model_name=name), timeout).model

    def _create(self, feed_id, source, model, pacing, timeout) -> feed_pb2.Feed:
        settings = feed_pb2.FeedSettings(
            feed_id=feed_id, source=source, model_name=model, pacing=chosen("pacing", pacing, PACINGS)
        )
        request = feed_service_pb2.CreateFeedRequest(settings=settings)
        return _ask(self._feeds.CreateFeed, request, timeout).feed


def _ask(method, request, timeout: Optional[float]):
    try:
        return method(request, timeout=timeout)
    except grpc.RpcError as failure:
        raise error_of(failure) from None


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            if chunk == b"":
                return
            yield chunk
