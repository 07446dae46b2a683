#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What must stay true of training/: geometry, the road from and to ONNX, the scores, and that no picture of LFW is ever
trained on. TAP."""
import multiprocessing
import os
import socket
import sys
import tempfile

ROOT = os.environ.get("WW_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path[:0] = [os.path.join(ROOT, "training"), os.path.join(ROOT, "tests")]
sys.dont_write_bytecode = True
try:
    import cv2
    import numpy as np
    import onnx
    import torch
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed for {sys.executable}")
    sys.exit(0)

import augment
import detector_crops
import detector_net
import embedder
import eval_ages
import eval_detector
import eval_lfw
import frame
import halve
import hints
import landmarks
import leave_out
import muon
import photo_model
import quality
import shift
import sources
import tap
import train_embedder
import whiten
from onnx_net import OnnxNet
from teachers import Face, agreed, suppress
from workers import Workers

RNG = np.random.default_rng(7)


def similarity_is_found():
    angle, zoom, shift = 0.4, 1.7, np.array([12.0, -3.0])
    linear = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = RNG.normal(0, 30, (5, 2))
    matrix = frame.similarity(points, points @ linear.T + shift)
    assert np.allclose(matrix, np.hstack([linear, shift[:, None]]), atol=1e-9)
    assert np.allclose(frame.apply(frame.inverse(matrix), frame.apply(matrix, points)), points)
    assert np.allclose(frame.apply(frame.compose(matrix, matrix), points), frame.apply(matrix, frame.apply(matrix, points)))


def aligned_marks_lie_on_the_template():
    marks = frame.apply(np.array([[0.8, -0.3, 60], [0.3, 0.8, 20.0]]), frame.TEMPLATE)
    picture = np.zeros((200, 200), np.uint8)
    for x, y in marks:
        cv2.circle(picture, (round(x), round(y)), 3, 255, -1)
    chip, matrix = frame.align(picture, marks, frame.STUDENT_SIDE, frame.STUDENT_MARGIN)
    wanted = frame.template_in(frame.STUDENT_SIDE, frame.STUDENT_MARGIN)
    assert np.allclose(frame.apply(matrix, marks), wanted, atol=1e-6)
    assert all(chip[round(y), round(x)] > 128 for x, y in wanted)
    assert np.allclose(frame.template_in(112, 0), frame.TEMPLATE)


def student_chips_show_the_same_as_the_teachers():
    wide = np.zeros((192, 192), np.uint8)
    x, y = frame.TEMPLATE[2] + frame.WIDE_MARGIN
    cv2.circle(wide, (round(x), round(y)), 5, 255, -1)
    pool = augment.pool_chip(wide)
    teacher = augment.teacher_chip(pool)
    student = augment.misaligned(pool, np.random.default_rng(3), 0.0)
    assert teacher.shape == (112, 112) and student.shape == (96, 96)
    spot = np.argwhere(teacher > 128).mean(0)[::-1]
    seen = np.argwhere(student > 128).mean(0)[::-1]
    same = np.allclose(seen, spot - 8, atol=0.6)
    mirrored = np.allclose([95 - seen[0], seen[1]], spot - 8, atol=0.6)
    assert same or mirrored


def shipped_embedder_goes_in_and_comes_out():
    path = os.path.join(ROOT, "models", "embedder.onnx")
    chips = RNG.integers(0, 256, (96, 96, 96), dtype=np.uint8)
    chips = np.stack([cv2.GaussianBlur(c, (0, 0), 4) for c in chips])
    model = embedder.Embedder()
    embedder.load_folded(model, path, chips)
    with torch.no_grad():
        x = torch.from_numpy(chips[:8]).float()[:, None]
        released = OnnxNet(path)
        released.outputs = ["white"]  # before what shift.py adds
        wanted = torch.nn.functional.normalize(released(x).flatten(1))
        whitening = embedder.whitening_in(path)
        seen = (whitening or torch.nn.functional.normalize)(model.eval()(embedder.prepare(chips[:8])))
        assert torch.allclose(seen, wanted, atol=2e-4)
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "e.onnx")
            embedder.export(model, out, metadata={"eps": 0.9, "full_length": 0.8}, whitening=whitening)
            assert os.path.getsize(out) < 4_000_000
            assert {p.key: p.value for p in onnx.load(out).metadata_props} == {"whoswho.eps": "0.9", "whoswho.full_length": "0.8"}
            given = torch.nn.functional.normalize(OnnxNet(out)(x))
    assert (given * wanted).sum(1).min() > 0.9999


def hinted_maps_lie_where_ours_do():
    """A block that is as the teacher's sees the same maps, whole or in the middle of larger ones."""
    torch.manual_seed(4)
    large = torch.randn(2, 8, 28, 28)
    block = embedder.Block(8, 8, 16).eval()
    with torch.no_grad():
        wanted, seen = hints.inside(block(large)), block(hints.inside(large))
        assert wanted.shape == seen.shape == (2, 8, 24, 24)
        assert torch.allclose(wanted[..., 1:-1, 1:-1], seen[..., 1:-1, 1:-1], atol=1e-5)
        plain, late = (embedder.Block(8, 8, 16, 2, late=is_late).eval() for is_late in (False, True))
        late.load_state_dict(plain.state_dict())
        maps = torch.randn(2, 8, 14, 14)
        wanted, seen = plain(maps), late(hints.inside(maps))
        assert wanted.shape[-1] == 7 and seen.shape[-1] == 6
        assert torch.allclose(wanted[..., 1:-1, 1:-1], seen[..., :-1, :-1], atol=1e-5)
    given, part, inner = hints.windows(large, large + 1, np.random.default_rng(3))
    assert given.shape[-1] == hints.WINDOW and torch.allclose(given + 1, part)
    assert part[..., inner, inner].shape[-1] == hints.WINDOW - 2


def channels_that_vary_little_count_as_much():
    wanted = torch.randn(4, 2, 6, 6, generator=torch.Generator().manual_seed(2)) * torch.tensor([1.0, 10.0])[:, None, None]
    off = [wanted + torch.tensor(o)[:, None, None] for o in ((0.0, 0.0), (0.0, 10.0), (0.0, 20.0), (2.0, 0.0))]
    none, one, two, little = (float(hints.aside(got, wanted)) for got in off)
    assert none == 0 and abs(two / one - 4) < 0.01 and little > 0.2


def engine_sees_what_torch_sees():
    torch.manual_seed(3)
    model, chips = embedder.Embedder(), RNG.integers(0, 256, (40, 96, 96), dtype=np.uint8)
    with torch.no_grad():
        model(embedder.prepare(chips))  # in training: statistics
        pooled = model.eval().pooled(embedder.prepare(chips))
        seen = embedder.by_engine(model, chips)
        assert torch.allclose(seen[0], pooled.flatten(1), atol=1e-3) and torch.allclose(seen[1], model.vector(pooled), atol=1e-3)
    assert np.allclose(embedder.embed_by_engine(model, chips), embedder.embed(model, chips), atol=1e-3)


def quality_is_a_line_through_what_is_pooled():
    of_pooled = torch.randn(embedder.HEAD, generator=torch.Generator().manual_seed(1)) / 300
    pooled, length = (torch.from_numpy(RNG.normal(0, 1, s)).float() for s in ((3000, embedder.HEAD), 3000))
    head = quality.learn(pooled, length, 0.5 + pooled @ of_pooled + 0.05 * length, ridge=1e-3)
    fresh, longer = torch.from_numpy(RNG.normal(0, 1, (50, embedder.HEAD))).float(), torch.linspace(-1, 1, 50)
    assert torch.allclose(head(fresh, longer), (0.5 + fresh @ of_pooled + 0.05 * longer).clamp(0.01, 1), atol=1e-3)


def photos_of_one_person_are_as_like_as_their_quality():
    person, own = RNG.integers(0, 40, 1200), RNG.normal(0, 1, (40, 128))
    worth = RNG.uniform(0.3, 0.9, 1200)
    noise = RNG.normal(0, 1, (1200, 128))
    own, noise = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (own, noise))
    vectors = worth[:, None] * own[person] + np.sqrt(1 - worth[:, None] ** 2) * noise
    pairs = photo_model.same_pairs(person)
    assert (person[pairs[:, 0]] == person[pairs[:, 1]]).all() and len(pairs) == sum(n * (n - 1) // 2 for n in np.bincount(person))
    rows = photo_model.by_quality((vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(1), worth[pairs])
    assert len(rows) > 8 and np.abs(rows[:, 0] - rows[:, 1]).max() < 0.06


def half_a_step_is_nearly_the_step():
    matrix = torch.randn(24, 96, generator=torch.Generator().manual_seed(2))
    whole, half = muon.orthogonal(matrix), muon.orthogonal(matrix, half=True)
    assert half.dtype == torch.float32 and 0 < (whole - half).norm() / whole.norm() < 0.05


def who_is_measured_on_is_left_out():
    unit = np.eye(4, dtype=np.float32)
    table = np.zeros(4, [("person", "i4"), ("quality", "f4")])
    table["person"], table["quality"] = [7, 7, 8, 9], [0.1, 0.8, 0.9, 0.1]
    vectors = np.stack([unit[0], 0.6 * unit[0] + 0.8 * unit[1], unit[2], unit[3]])
    assert leave_out.near(vectors, table, unit[:1], 1.05).tolist() == [7]
    assert leave_out.near(vectors, table, unit[:1], 0.8).size == 0  # the look that is nearer cannot be told apart
    assert leave_out.near(vectors, table, unit[3:], 1.05).size == 0


def quality_is_the_length():
    torch.manual_seed(5)
    model, quality = embedder.Embedder().eval(), embedder.Quality()
    quality.weight.normal_(0, 0.05), quality.of_length.fill_(0.2), quality.bias.fill_(0.3)
    chips = RNG.integers(0, 256, (6, 96, 96), dtype=np.uint8)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "e.onnx")
        embedder.export(model, out, half=False, quality=quality)
        given = OnnxNet(out)(torch.from_numpy(chips).float()[:, None])
        vector = model(embedder.prepare(chips))
        wanted = quality(model.pooled(embedder.prepare(chips)).flatten(1), vector.norm(dim=1))
    assert wanted.min() < wanted.max() < 1
    assert torch.allclose(given.norm(dim=1), wanted, atol=1e-4)
    assert torch.allclose(torch.nn.functional.normalize(given), torch.nn.functional.normalize(vector), atol=1e-4)


def whitened_vectors_are_the_programs():
    torch.manual_seed(6)
    model, whitening, quality = embedder.Embedder().eval(), embedder.Whitening(), embedder.Quality()
    whitening.weight.add_(0.3 * torch.randn(128, 128)), whitening.bias.normal_(0, 0.2)
    quality.of_length.fill_(0.2), quality.bias.fill_(0.3)
    chips = RNG.integers(0, 256, (4, 96, 96), dtype=np.uint8)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        raw = model(embedder.prepare(chips))
        for known, length in ((None, None), (quality, 0.3 + 0.2 * raw.norm(dim=1))):
            out = os.path.join(folder, "e.onnx")
            embedder.export(model, out, half=False, whitening=whitening, quality=known)
            given = OnnxNet(out)(torch.from_numpy(chips).float()[:, None])
            assert torch.allclose(torch.nn.functional.normalize(given), whitening(raw), atol=1e-4)
            assert length is None or torch.allclose(given.norm(dim=1), length, atol=1e-4)
        assert torch.allclose(embedder.whitening_in(out)(raw), whitening(raw))


def poor_vectors_are_moved_back():
    torch.manual_seed(8)
    model, whitening, quality = embedder.Embedder().eval(), embedder.Whitening(), embedder.Quality()
    slope = RNG.normal(0, 0.05, 128).astype(np.float32)
    chips = RNG.integers(0, 256, (12, 96, 96), dtype=np.uint8)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        first, second = model.pooled(embedder.prepare(chips[:2])).flatten(1)
        apart = (first - second) / (first - second).square().sum()
        quality.weight.copy_(0.5 * apart), quality.bias.fill_(0.65 - 0.25 * float(apart @ (first + second)))  # 0.9, 0.4
        chips = torch.from_numpy(chips).float()[:, None]
        out = os.path.join(folder, "e.onnx")
        embedder.export(model, out, half=False, whitening=whitening, quality=quality)
        before, file = OnnxNet(out)(chips), onnx.load(out)
        shift.add_shift(file, slope)
        onnx.save(file, out)
        after = OnnxNet(out)(chips)
    told = before.norm(dim=1, keepdim=True)
    assert (told < shift.FULL - 0.1).any() and (told > shift.FULL).any()
    wanted = before / told + torch.from_numpy(slope) * (shift.FULL - told).clamp(min=0)
    assert torch.allclose(after.norm(dim=1, keepdim=True), told, atol=1e-5)
    assert torch.allclose(torch.nn.functional.normalize(after), torch.nn.functional.normalize(wanted), atol=1e-5)
    try:
        shift.add_shift(file, slope)
    except SystemExit:
        return
    raise AssertionError("shifted twice")


def slope_is_the_same_for_everybody():
    """People seen often, and better, than others do not bend it."""
    slope, people = RNG.normal(0, 0.3, 128), np.repeat(np.arange(300), np.where(np.arange(300) % 2, 2, 40))
    quality = np.clip(RNG.uniform(0, 0.8, len(people)) + 0.2 * (people % 2), 0, 1)
    vectors = RNG.normal(0, 0.05, (300, 128))[people] + quality[:, None] * slope + RNG.normal(0, 0.02, (len(people), 128))
    found = shift.slope_of(vectors, quality, people)
    assert np.abs(found - slope).max() < 0.1 and found @ slope / np.linalg.norm(found) / np.linalg.norm(slope) > 0.99


def what_children_share_is_taken_out():
    others, children = RNG.normal(0, 1, (800, 128)), RNG.normal(0, 1, (800, 128))
    children[:, :3] += 12
    others, children = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (others, children))
    whitening = whiten.whitening_of(others[::2], children[::2])

    def mean_similarity(x):
        return float((x @ x.T)[np.triu_indices(len(x), 1)].mean())

    after = whitening(torch.from_numpy(children[1::2]).float()).numpy()
    assert mean_similarity(children[1::2]) > 0.7 and abs(mean_similarity(after)) < 0.2
    same, different = whiten.pairs(others[:4], np.array([0, 0, 1, 1]))
    assert len(same) == 2 and len(different) == 4 and np.isclose(same[0], others[0] @ others[1])


def one_of_two_workers(rank, port, answers):
    os.environ.update(RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    model = torch.nn.Linear(2, 1, bias=False)
    model.weight.grad = torch.tensor([[1.0, 2.0]]) * (1 + 2 * rank)
    word = Workers("cpu").agree(model, 0.25 if rank == 0 else 0.75)
    answers.put((word, model.weight.grad.tolist()))


def workers_share_their_gradients():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    workers = [context.Process(target=one_of_two_workers, args=(rank, port, answers), daemon=True) for rank in range(2)]
    for worker in workers:
        worker.start()
    for _ in workers:
        assert answers.get(timeout=60) == (0.25, [[2.0, 4.0]])


def steps_of_matrices_are_even():
    u, v = np.linalg.qr(RNG.normal(0, 1, (24, 24)))[0], np.linalg.qr(RNG.normal(0, 1, (90, 24)))[0]
    for matrix in (u @ np.diag(np.geomspace(1, 0.02, 24)) @ v.T, v @ np.diag(np.geomspace(50, 1, 24)) @ u.T):
        even = muon.orthogonal(torch.from_numpy(matrix.astype(np.float32))).numpy()
        assert even.shape == matrix.shape
        values = np.diag(u.T @ even @ v if matrix.shape[0] == 24 else v.T @ even @ u)
        assert 0.6 < values.min() and values.max() < 1.25, (values.min(), values.max())


def optimizer_goes_on_where_it_stopped():
    torch.manual_seed(5)
    wanted, seen = torch.nn.Linear(12, 8), torch.randn(256, 12) * torch.logspace(0, -1.5, 12)

    def run(model, optimizer, steps):
        for _ in range(steps):
            loss = ((model(seen) - wanted(seen)) ** 2).mean()
            model.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step(0.02)
        return loss.item()

    def begun(like=None):
        model = torch.nn.Linear(12, 8)
        model.load_state_dict((like or model).state_dict())
        return model, muon.MuonAndAdam(model, weight_decay=0.0)

    model, optimizer = begun()
    first = run(*begun(model), 1)
    assert run(model, optimizer, 150) < 0.02 * first
    again, its_optimizer = begun(model)
    its_optimizer.load_state_dict(optimizer.state_dict())
    assert run(model, optimizer, 3) == run(again, its_optimizer, 3)


def witnesses_are_weighed():
    features = RNG.normal(0, 2, (20000, 2))
    labels = RNG.random(20000) < 1 / (1 + np.exp(1.8 - 1.5 * features[:, 0] - 0.9 * features[:, 1]))
    assert np.allclose(landmarks.logistic(features, labels.astype(float)), [1.5, 0.9, -1.8], atol=0.12)


def landmark_export_is_the_model():
    torch.manual_seed(3)
    model = landmarks.Landmarks().eval()
    chips = RNG.integers(0, 256, (4, 64, 64), dtype=np.uint8)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "l.onnx")
        landmarks.export(model, path)
        out = OnnxNet(path)(torch.from_numpy(chips).float()[:, None])
        wanted = model(landmarks.prepare(chips))
    assert torch.allclose(out["points"], wanted[:, :10] + torch.from_numpy(landmarks.TEMPLATE.flatten()), atol=0.05)
    assert torch.allclose(out["face"], torch.sigmoid(wanted[:, 10:]), atol=0.01)


def detector_export_is_the_model():
    torch.manual_seed(3)
    model = detector_net.Detector()
    picture = torch.from_numpy(RNG.uniform(0, 255, (2, 1, 64, 96)).astype(np.float32))
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        model.train()(picture)  # batch norms that are not as new
        path = os.path.join(folder, "d.onnx")
        detector_net.export(model.eval(), path, logit_shift=0.5)
        assert os.path.getsize(path) < 300_000
        out, wanted = OnnxNet(path)(picture[:1]), model(picture[:1])
    for stride, (score, box, marks) in zip(detector_net.STRIDES, wanted):
        assert torch.allclose(out[f"score_{stride}"], torch.sigmoid(score + 0.5), atol=2e-3)
        assert torch.allclose(out[f"box_{stride}"], box, atol=0.02) and torch.allclose(out[f"lmk_{stride}"], marks, atol=0.02)


def cells_learn_of_the_face_they_lie_on():
    """A face of 24 px at (100, 60): the finest grid alone learns of it, and a doubtful region is not background."""
    marks = [94, 55, 106, 55, 100, 60, 95, 66, 105, 66]
    face = np.array([[88, 48, 112, 72, *marks, 1]], np.float32)
    doubtful = np.array([[8, 8, 40, 40, *[0] * 10, 0.9]], np.float32)
    kind, place = detector_crops.wanted(face, doubtful, 160)
    points, strides = (t.numpy() for t in detector_net.grid(160, 160))
    taught = kind == detector_crops.FACE
    assert taught.any() and (strides[taught] == 8).all()
    assert (np.hypot(*(points[taught] - [100, 60]).T) < 12).all()
    assert np.allclose(place[taught][:, :4], [88, 48, 112, 72]) and np.allclose(place[taught][:, 4:14], marks)
    assert (kind[(np.abs(points - 24) < 12).all(1)] == detector_crops.IGNORED).all()
    turned = detector_crops.moved(face, np.array([[0.0, -2.0], [2.0, 0.0]]), np.array([300.0, 0.0]), False)
    assert np.allclose(turned[0, :4], [156, 176, 204, 224]) and np.allclose(turned[0, 4:6], [190, 188])


def halved_weights_give_the_same():
    model = onnx.load(os.path.join(ROOT, "models", "embedder.onnx"))
    x = torch.from_numpy(RNG.uniform(0, 255, (2, 1, 96, 96)).astype(np.float32))
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("whole.onnx", "half.onnx")]
        for tensor in model.graph.initializer:  # whatever it is stored as, to begin with
            tensor.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
        onnx.save(model, paths[0])
        onnx.save(halve.halve(onnx.load(paths[0])), paths[1])
        assert os.path.getsize(paths[1]) < 0.55 * os.path.getsize(paths[0])
        with torch.no_grad():
            whole, half = (torch.nn.functional.normalize(OnnxNet(path)(x)) for path in paths)
    assert (whole * half).sum(1).min() > 0.9999


def mirrored_landmarks_name_the_other_side():
    marks = RNG.uniform(0, 191, (5, 2)).astype(np.float32)
    twice = landmarks.mirrored(landmarks.mirrored(marks, 192), 192)
    assert np.allclose(twice, marks)
    assert np.isclose(landmarks.mirrored(marks, 192)[0, 0], 191 - marks[1, 0])


def turned_faces_are_counted_by_angle():
    head = np.array([[-0.5, 0, 0], [0.5, 0, 0], [0, 0.6, eval_detector.NOSE], [-0.4, 1.1, 0.2], [0.4, 1.1, 0.2]])
    for yaw, roll in ((0, 0), (20, 10), (-50, 30), (65, -20)):
        y, r = np.radians(yaw), np.radians(roll)
        x = head[:, 0] * np.cos(y) + head[:, 2] * np.sin(y)
        marks = np.stack([x * np.cos(r) - head[:, 1] * np.sin(r), x * np.sin(r) + head[:, 1] * np.cos(r)], 1)
        assert abs(eval_detector.degrees(80 * marks + 7) - abs(yaw)) < 0.1
    box, face = np.array([0, 0, 50, 50.0]), 80 * head[:, :2]
    report = eval_detector.compare({1: [(box, 0.9, face)], 2: [(box, 0.9, face)]}, {1: [(box + 2, 0.8, face)]})
    assert report["found_of_by_turn"]["0..15"] == report["found_of_by_size"]["40..80"] == [1, 2]


def looking_like_another_counts():
    unit, rng = torch.nn.functional.normalize, torch.Generator().manual_seed(4)
    crowd = unit(torch.randn(500, 128, generator=rng))
    target = unit(torch.randn(1, 128, generator=rng))
    assert train_embedder.picking_apart(target, target, crowd).abs() < 1e-5
    aside = torch.randn(1, 128, generator=rng)
    aside = unit(aside - (aside @ target.T) * target)
    like = unit(crowd[:1] - (crowd[:1] @ target.T) * target)
    anywhere, at_another = (train_embedder.picking_apart(unit(target + 0.7 * d), target, crowd) for d in (aside, like))
    assert 0 < 2 * anywhere < at_another  # both at the same cosine to the target


def strangers_set_the_limit():
    pairs = [("a", "b", k < 1000, 0) for k in range(3000)]
    similar = np.concatenate([np.linspace(0, 1, 1000), np.full(1998, 0.1), [0.5, 0.9]])
    found = np.ones(3000, bool)
    assert abs(eval_lfw.accepted_at(similar, found, pairs) - 0.9) < 0.002  # of 2,000 strangers two may be above
    found[900:1000] = False
    assert eval_lfw.accepted_at(similar, found, pairs) < 0.81


def view2_scores_are_right():
    pairs = [("a", "b", k % 2 == 0, k // 600) for k in range(6000)]
    similar = np.where([p[2] for p in pairs], 0.8, 0.1).astype(float)
    found = np.ones(6000, bool)
    assert eval_lfw.view2_of(similar, found, pairs)[0] == 1.0
    found[:60] = False  # sixty pairs whose face was not found are errors
    assert abs(eval_lfw.view2_of(similar, found, pairs)[0] - 0.99) < 1e-9
    wrong = similar.copy()
    wrong[np.arange(0, 6000, 20)] = 0.1  # 300 same pairs that look different
    quality = np.where(wrong == similar, 1.0, 0.0) + RNG.random(6000) * 0.1
    scores = eval_lfw.by_quality(wrong, np.ones(6000, bool), pairs, quality)
    assert abs(scores["error_all_at_one_threshold"] - 0.05) < 1e-9 and scores["error_best_80_at_one_threshold"] == 0.0
    assert scores["accuracy_best_80"] == 1.0
    assert eval_lfw.by_quality(wrong, found, pairs, -quality)["accuracy_best_80"] < 0.95  # the errors are what is kept


def pairs_of_ages_stay_in_their_folds():
    person = np.repeat(np.arange(40), 3)
    young = np.tile([True, False, False], 40)
    for kind, per_person, ages in (("old", 1, {(False, False)}), ("across", 2, {(False, True)})):
        pairs = eval_ages.pairs_of(young, person, kind, np.random.default_rng(1))
        same, different = [p for p in pairs if p[2]], [p for p in pairs if not p[2]]
        assert len(same) == len(different) == 40 * per_person
        assert all(person[a] == person[b] for a, b, _, _ in same) and all(person[a] != person[b] for a, b, _, _ in different)
        assert {(young[a], young[b]) for a, b, _, _ in pairs} == ages
        assert all(person[n] % eval_ages.FOLDS == fold for a, b, _, fold in pairs for n in (a, b))


def clustering_scores_are_right():
    faces = {
        f"{who}/{who}_{k:04d}.jpg": (None, person)
        for who, person, n in (("A", 0, 3), ("B", 0, 1), ("C", 1, 2), ("D", None, 2))
        for k in range(n)
    }
    out = eval_lfw.clustering(faces)
    assert out["people"] == 2 and out["unsorted"] == 2
    assert out["pairwise"]["precision"] == round(4 / 7, 4) and out["pairwise"]["recall"] == round(4 / 5, 4)
    assert out["bcubed"]["precision"] == round((3 * 0.75 + 0.25 + 2 + 2) / 8, 4)
    assert out["bcubed"]["recall"] == round((3 + 1 + 2 + 2 * 0.5) / 8, 4)


def no_lfw_picture_is_trained_on():
    for source in sources.SOURCES:
        taken = sources.wanted(source, source.prefix + "George_W_Bush_0001.jpg") or sources.wanted(
            source, source.prefix + "a/Some_One_0012.JPG".lower()
        )
        assert taken == source.test, source.name
    assert any(s.test for s in sources.SOURCES)


def detectors_must_agree():
    marks = np.array([[10, 10], [30, 10], [20, 20], [12, 30], [28, 30]], float)
    look = [Face(0.9, np.array([0, 0, 40, 40.0]), marks + d) for d in (0, 0.5, 1.0)]
    both, doubtful = agreed([[look[0]], [look[1]], [look[2]]])
    assert len(both) == 1 and not doubtful and np.allclose(both[0].marks, marks + 0.375 * 0.5 + 0.25)
    both, doubtful = agreed([[look[0]], [], [look[2]]])
    assert not both and len(doubtful) == 1
    boxes = np.array([[0, 0, 40, 40], [2, 2, 42, 42], [100, 0, 120, 20]], float)
    assert [f.score for f in suppress(np.array([0.7, 0.9, 0.6]), boxes, np.zeros((3, 5, 2)), 0.5)] == [0.9, 0.6]


def main():
    torch.set_num_threads(1)
    checks = [
        similarity_is_found,
        aligned_marks_lie_on_the_template,
        student_chips_show_the_same_as_the_teachers,
        shipped_embedder_goes_in_and_comes_out,
        hinted_maps_lie_where_ours_do,
        channels_that_vary_little_count_as_much,
        quality_is_a_line_through_what_is_pooled,
        photos_of_one_person_are_as_like_as_their_quality,
        half_a_step_is_nearly_the_step,
        who_is_measured_on_is_left_out,
        strangers_set_the_limit,
        quality_is_the_length,
        whitened_vectors_are_the_programs,
        what_children_share_is_taken_out,
        poor_vectors_are_moved_back,
        slope_is_the_same_for_everybody,
        workers_share_their_gradients,
        steps_of_matrices_are_even,
        optimizer_goes_on_where_it_stopped,
        witnesses_are_weighed,
        landmark_export_is_the_model,
        halved_weights_give_the_same,
        detector_export_is_the_model,
        cells_learn_of_the_face_they_lie_on,
        mirrored_landmarks_name_the_other_side,
        turned_faces_are_counted_by_angle,
        looking_like_another_counts,
        view2_scores_are_right,
        pairs_of_ages_stay_in_their_folds,
        clustering_scores_are_right,
        no_lfw_picture_is_trained_on,
        detectors_must_agree,
    ]
    if "WW_ENGINE" in os.environ:
        checks.append(engine_sees_what_torch_sees)
    return tap.run(checks)


if __name__ == "__main__":
    sys.exit(main())
