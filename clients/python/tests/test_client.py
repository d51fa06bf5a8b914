"""Runs against a service that SURGICAM_ADDRESS names, with a model of three classes and a feed source for each test."""

import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import zlib

import numpy as np
import surgicam
from surgicam import errors

ADDRESS = os.environ["SURGICAM_ADDRESS"]
EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"


class Proxy:
    """A TCP proxy in front of the service whose connections can be cut."""

    def __init__(self, target):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.sockets, self.connections = [], 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.connections += 1
            self.sockets += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        for end in self.sockets:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
        self.sockets = []

    def close(self):
        self.listener.close()
        self.cut()


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.client = surgicam.connect(ADDRESS)
        self.feed = self.id().rsplit(".", 1)[1].replace("_", "-").lower()
        self.addCleanup(self.client.close)
        self.addCleanup(self._delete)

    def _delete(self):
        try:
            self.client.delete_feed(self.feed)
        except errors.NotFound:
            pass

    def phantom(self, **options):
        return self.client.create_phantom(self.feed, **options)

    @staticmethod
    def picture(seed):
        """A PNG of noise, 30 x 20."""
        rows = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), np.uint8)
        packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))

        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", 30, 20, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")

    def test_frames_are_arrays(self):
        self.phantom()
        subscription = self.client.subscribe(
            self.feed, features="sl-fe", heatmaps="native", class_threshold=0.0, preview_width=64
        )
        frame = next(iter(subscription))
        subscription.close()
        self.assertEqual(frame.class_names, ("grasper", "hook", "tissue"))
        self.assertEqual((frame.probabilities.shape, frame.probabilities.dtype), ((3,), np.float32))
        np.testing.assert_allclose(frame.probabilities, 1 / (1 + np.exp(-frame.logits)), atol=1e-6)
        self.assertEqual(frame.present.tolist(), [True] * 3)
        self.assertEqual(sorted(frame.heatmaps), [0, 1, 2])
        for heatmap in frame.heatmaps.values():
            self.assertEqual(heatmap.shape, (2, 3))
            self.assertTrue(((heatmap >= 0) & (heatmap <= 1)).all())
        self.assertEqual(frame.features.shape[1], 512)
        self.assertEqual(len(frame.features), len(frame.feature_classes))
        self.assertEqual(len(frame.boxes), len(frame.box_classes))
        self.assertTrue(frame.message.preview.jpeg.startswith(b"\xff\xd8"))

    def test_upsampling_is_what_the_service_does(self):
        picture = self.picture(120)
        native, full = (
            self.client.analyze_image(picture, heatmaps=size, class_threshold=0.0).heatmaps for size in ("native", "full")
        )
        for class_id, heatmap in native.items():
            np.testing.assert_allclose(
                surgicam.pixels.upsample(heatmap, full[class_id].shape), full[class_id], atol=2e-6
            )
        over = surgicam.pixels.overlay(np.zeros((20, 30, 3), np.uint8), native[0])
        self.assertEqual((over.shape, over.dtype), ((20, 30, 3), np.uint8))
        with self.assertRaisesRegex(ValueError, "opacity is 2"):
            surgicam.pixels.overlay(over, native[0], 2)

    def test_resumes_without_loss_or_repetition(self):
        proxy = Proxy(ADDRESS)
        self.addCleanup(proxy.close)
        self.phantom(frame_rate=50)
        client = surgicam.connect(proxy.address)
        self.addCleanup(client.close)
        subscription = client.subscribe(self.feed, delivery="every_frame")
        sequences, dropped, lost = [], 0, 0
        for event in subscription.events():
            if isinstance(event, surgicam.Reconnecting):
                lost += 1
            elif isinstance(event, surgicam.Gap):
                self.fail(f"a gap: {event}")
            elif isinstance(event, surgicam.Frame):
                if sequences:  # a busy machine may drop frames of a live feed before they are analysed, and says so
                    dropped += sum(drops.count for drops in event.message.frames_dropped)
                sequences.append(event.sequence)
                if len(sequences) in (10, 25):
                    proxy.cut()
                if len(sequences) == 60:
                    subscription.close()
        self.assertEqual(sequences, sorted(set(sequences)))
        self.assertEqual(sequences[-1] - sequences[0] + 1, 60 + dropped)
        self.assertGreaterEqual(lost, 2)
        self.assertGreaterEqual(proxy.connections, 3)

    def test_gives_up_when_told_to(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "127.0.0.1:%d" % taken.getsockname()[1]
        with surgicam.connect(address) as client:
            with self.assertRaises(errors.Unavailable):
                list(client.subscribe("or-1", give_up_after=0.3))

    def test_ends_with_the_feed(self):
        self.phantom(frame_count=20, pacing="every_frame")
        events = list(self.client.subscribe(self.feed, delivery="every_frame").events())
        states = [event.state for event in events if isinstance(event, surgicam.StateChange)]
        self.assertEqual(states[-1], "ended")

    def test_pauses_resumes_and_acknowledges(self):
        self.phantom()
        subscription = self.client.subscribe(self.feed, delivery="every_frame", max_unacknowledged=2)
        got, beats = [], 0
        for event in subscription.events():
            if isinstance(event, surgicam.Frame):
                got.append(event.sequence)
                if len(got) == 6:
                    subscription.pause()
                subscription.acknowledge(event.sequence)
                if len(got) >= 8 and beats:
                    subscription.close()
            elif isinstance(event, surgicam.Heartbeat) and event.message.paused:
                beats += 1
                subscription.resume()
        self.assertGreaterEqual(beats, 1)
        self.assertEqual(got, sorted(set(got)))

    def test_annotations_reach_the_others(self):
        self.phantom()
        reader, writer = (self.client.subscribe(self.feed) for _ in range(2))
        heard = []

        def listen():
            for event in reader.events():
                if isinstance(event, surgicam.Annotation):
                    heard.append(event)
                    if len(heard) == 2:
                        reader.close()

        thread = threading.Thread(target=listen)
        for frame in writer:
            if not thread.is_alive() and thread.ident is None:
                thread.start()
            writer.annotate(frame.sequence, "a hook")
            writer.annotate(frame.sequence, interactions=[("hook", "cuts", "tissue")])
            if not thread.is_alive():
                writer.close()
        thread.join()
        captions = [event.caption for event in heard]
        self.assertIn("a hook", captions)
        graphs = [event.message.interaction_graph.interactions for event in heard if event.caption is None]
        self.assertEqual(graphs[0][0].tool, "hook")
        with self.assertRaises(ValueError):
            writer.annotate(1, "both", text="and")

    def test_pushes_pictures(self):
        pictures = [self.picture(10), self.picture(200)]
        frames = list(self.client.push(pictures, "pictures", frame_rate=10))
        self.assertEqual([frame.media_time for frame in frames], [0, 0.1])
        alone = self.client.analyze_image(pictures[1])
        np.testing.assert_array_equal(frames[1].logits, alone.logits)
        with self.assertRaises(errors.InvalidArgument):
            list(self.client.push([b"nothing"], "mp4"))

    def test_errors_say_what_is_wrong(self):
        with self.assertRaises(errors.NotFound) as missing:
            next(iter(self.client.subscribe("nowhere")))
        self.assertEqual(missing.exception.resource, ("feed", "nowhere"))
        with self.assertRaises(errors.InvalidArgument) as bad:
            self.client.create_phantom(self.feed, frame_rate=-1)
        self.assertIn("settings.source.phantom.frame_rate", bad.exception.violations)
        self.phantom()
        with self.assertRaises(errors.AlreadyExists):
            self.phantom()
        with self.assertRaisesRegex(ValueError, "features is 'x'; allowed: sl-fe"):
            self.client.subscribe(self.feed, features="x")
        with self.assertRaisesRegex(ValueError, "readable"):
            surgicam.connect(ADDRESS, token="secret")

    def test_feeds_and_models(self):
        self.phantom()
        self.assertIn(self.feed, [feed.settings.feed_id for feed in self.client.feeds()])
        change = next(self.client.watch_feeds())
        self.assertEqual(change.feed.settings.feed_id, self.feed)
        self.assertEqual([model.name for model in self.client.models()], [self.client.model().name])
        self.assertEqual(self.client.get_feed(self.feed).settings.feed_id, self.feed)

    def test_examples(self):
        self.phantom()
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, EXAMPLES / "save_features.py", ADDRESS, self.feed, folder, "sl-fe", "3"]
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
            self.assertIn("3 frames in", said)
            stacks = sorted(pathlib.Path(folder, self.feed).glob("*.npy"))
            self.assertEqual(len(stacks), 3)
            for stack in stacks:
                rows = np.load(stack)
                regions = sorted(stack.parent.glob(stack.stem + "_*.npz"))
                self.assertEqual((rows.shape, rows.dtype), ((len(regions), 512), np.float32))
                for region in regions:
                    self.assertTrue((rows == np.load(region)["feat"]).all(axis=1).any())
        command = [sys.executable, EXAMPLES / "caption.py", ADDRESS, self.feed, "1"]
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
        self.assertIn("I see", said)


@unittest.skipUnless("SURGICAM_SECURE_ADDRESS" in os.environ, "no service with TLS")
class SecurityTest(unittest.TestCase):
    ADDRESS = os.environ.get("SURGICAM_SECURE_ADDRESS", "")
    CA = os.environ.get("SURGICAM_CA_FILE", "")

    def test_token_over_tls(self):
        with surgicam.connect(self.ADDRESS, ca=self.CA, token=os.environ["SURGICAM_GOOD_TOKEN"]) as client:
            self.assertEqual(list(client.feeds()), [])

    def test_wrong_and_missing_tokens(self):
        for token in ("wrong", None):
            with surgicam.connect(self.ADDRESS, ca=self.CA, token=token) as client:
                with self.assertRaises(errors.Unauthenticated):
                    list(client.feeds())

    def test_unknown_authority(self):
        with surgicam.connect(self.ADDRESS, tls=True) as client:
            with self.assertRaises(errors.Unavailable):
                list(client.feeds())


if __name__ == "__main__":
    unittest.main()
