"""``muwazi eval``: scores, significance and reports."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from muwazi.eval import Comparison, Evaluation

eval_app = typer.Typer(
    help="Score translations and alignments, compare systems, render reports.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

METRICS_HELP = "bleu, chrf or ter; may be given several times. [default: all three]"


def register(app: typer.Typer) -> None:
    """Add the sub-app to ``app``."""
    eval_app.command("score")(score)
    # The name that people look for first; same command.
    eval_app.command("bleu", hidden=True)(score)
    eval_app.command("compare")(compare)
    eval_app.command("report")(report)
    if importlib.util.find_spec("muwazi.cli.eval_align") is not None:
        importlib.import_module("muwazi.cli.eval_align").register(eval_app)
    app.add_typer(eval_app, name="eval")


def score(
    hypotheses: Path = typer.Argument(..., metavar="HYP", help="Translations, one segment a line; - for stdin."),
    references: list[Path] = typer.Argument(..., metavar="REF...", help="One or more references, line by line."),
    metrics: list[str] = typer.Option([], "--metric", "-m", help=METRICS_HELP, show_default=False),
    articles: Path | None = typer.Option(
        None, "--articles", help="Article id of each line: adds scores by article.", show_default=False
    ),
    sentence_level: bool = typer.Option(
        False, "--sentence-level", help="Print the scores of each segment, as TSV (--json: as JSON Lines)."
    ),
    bootstrap: int = typer.Option(1000, "--bootstrap", help="Resamples for the 95 % interval; 0 for none."),
    seed: int = typer.Option(12345, "--seed", help="Of the resampling."),
    as_json: bool = typer.Option(False, "--json", help="Print everything as JSON."),
    html: Path | None = typer.Option(None, "--html", help="Also write an HTML report to FILE.", show_default=False),
    source: Path | None = typer.Option(
        None, "--source", help="Source text, line by line, to show in the HTML report.", show_default=False
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar."),
) -> None:
    """Score translations: BLEU, chrF2 and TER with signatures and confidence intervals (sacreBLEU)."""
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.errors import InputError
    from muwazi.corpus.output import check_output
    from muwazi.eval import evaluate
    from muwazi.eval.evaluation import DEFAULT_METRICS
    from muwazi.eval.segment_files import read_segments

    if source is not None and html is None:
        raise InputError("--source is shown in the HTML report only: add --html FILE")
    if html is not None:
        inputs = [hypotheses, *references, *(path for path in (articles, source) if path is not None)]
        check_output(html, inputs)
    outputs = read_segments(hypotheses)

    def matching(path: Path) -> list[str]:
        lines = read_segments(path)
        if len(lines) != len(outputs):
            raise InputError(
                f"{hypotheses} has {_lines(len(outputs))} but {path} has {_lines(len(lines))}: give matching files"
            )
        return lines

    streams = [matching(path) for path in references]
    ids = matching(articles) if articles is not None else None
    sources = matching(source) if source is not None else None
    evaluation = evaluate(
        outputs,
        streams,
        articles=ids,
        # Nobody sees the interval there.
        bootstrap=0 if sentence_level and html is None else bootstrap,
        seed=seed,
        metrics=metrics or DEFAULT_METRICS,
        progress=progress_bar(quiet),
    )
    if html is not None:
        _write_html(html, hypotheses, outputs, streams[0], sources, ids, evaluation)
    if sentence_level:
        _print_sentences(evaluation, as_json)
    elif as_json:
        typer.echo(evaluation.to_json(indent=2))
    else:
        _print_evaluation(evaluation)


def compare(
    reference: Path = typer.Argument(..., metavar="REF", help="The reference, one segment a line."),
    baseline: Path = typer.Argument(..., metavar="BASELINE", help="Translations of the system to compare with."),
    systems: list[Path] = typer.Argument(..., metavar="SYSTEM...", help="Translations of the other systems."),
    more_references: list[Path] = typer.Option(
        [], "--reference", help="A further reference; may be given several times.", show_default=False
    ),
    metrics: list[str] = typer.Option([], "--metric", "-m", help=METRICS_HELP, show_default=False),
    test: str = typer.Option("bootstrap", "--test", help="bootstrap, or randomisation (slower)."),
    trials: int | None = typer.Option(
        None, "--trials", help="[default: 1000 for bootstrap, 10000 for randomisation]", show_default=False
    ),
    seed: int = typer.Option(12345, "--seed", help="Of the test."),
    as_json: bool = typer.Option(False, "--json", help="Print everything as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar."),
) -> None:
    """Compare systems with a baseline: scores, differences, and p-values of a paired test."""
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.errors import InputError
    from muwazi.eval import compare as run
    from muwazi.eval.evaluation import DEFAULT_METRICS
    from muwazi.eval.segment_files import read_segments
    from muwazi.eval.significance import named_test

    files = [baseline, *systems]
    if len(set(files)) != len(files):
        raise InputError("a file is given twice among the systems: compare different files")
    comparison = run(
        {str(path): read_segments(path) for path in files},
        [read_segments(path) for path in (reference, *more_references)],
        test=named_test(test),
        trials=trials,
        seed=seed,
        metrics=metrics or DEFAULT_METRICS,
        progress=progress_bar(quiet),
    )
    if as_json:
        typer.echo(comparison.to_json(indent=2))
    else:
        _print_comparison(comparison)


def report(
    store: Path = typer.Argument(..., metavar="STORE", help="Folder of the dataset."),
    revision: str | None = typer.Option(
        None, "--revision", "-r", help="Version. [default: the newest]", show_default=False
    ),
    output: Path = typer.Option(..., "--output", "-o", help="Where the page goes.", show_default=False),
    bootstrap: int = typer.Option(1000, "--bootstrap", help="Resamples for the 95 % interval; 0 for none."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar."),
) -> None:
    """Render the HTML report of a version that is in a store."""
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.output import check_output, write_text
    from muwazi.corpus.store import Store
    from muwazi.eval.report import render_report
    from muwazi.eval.report.stored import report_of_version

    check_output(output)
    data = report_of_version(Store.open(store), revision, bootstrap=bootstrap, progress=progress_bar(quiet))
    write_text(output, [render_report(data)])
    typer.echo(str(output))


def _lines(count: int) -> str:
    return f"{count:,} line" if count == 1 else f"{count:,} lines"


def _print_evaluation(evaluation: Evaluation) -> None:
    typer.echo(
        _table(
            ["metric", "score", "95 % interval", "signature"],
            [
                [
                    each.label,
                    f"{each.value:.1f}",
                    f"{each.interval.low:.1f} to {each.interval.high:.1f}" if each.interval else "",
                    each.signature,
                ]
                for each in evaluation.corpus
            ],
        )
    )
    if evaluation.articles:
        typer.echo()
        typer.echo(
            _table(
                ["article", "segments", *(each.label for each in evaluation.corpus)],
                [
                    [
                        article.article_id,
                        f"{article.segments:,}",
                        *(f"{article.scores[each.metric]:.1f}" for each in evaluation.corpus),
                    ]
                    for article in evaluation.articles
                ],
            )
        )
    for note in evaluation.notes:
        typer.echo(f"note: {note}", err=True)


def _print_sentences(evaluation: Evaluation, as_json: bool) -> None:
    import json

    names = [each.metric for each in evaluation.corpus]
    if not as_json:
        typer.echo("\t".join(["segment", "article", *names] if evaluation.articles else ["segment", *names]))
    for sentence in evaluation.sentences:
        article = sentence.article_id
        if as_json:
            known = {} if article is None else {"article": article}
            typer.echo(json.dumps({"segment": sentence.index + 1, **known, **sentence.scores}, ensure_ascii=False))
        else:
            scores = [f"{sentence.scores[name]:.2f}" for name in names]
            typer.echo("\t".join([str(sentence.index + 1), *([] if article is None else [article]), *scores]))
    for name in names:
        typer.echo(f"{name}: {evaluation.sentence_signatures[name]}", err=True)


def _print_comparison(comparison: Comparison) -> None:
    for metric in comparison.metrics:
        rows = [
            [
                result.system,
                f"{result.score:.1f}",
                "baseline" if result.difference is None else f"{result.difference:+.1f}",
                "" if result.p_value is None else f"{result.p_value:.4f}",
            ]
            for result in metric.systems
        ]
        typer.echo(_table([metric.label, "score", "difference", "p"], rows))
        typer.echo(f"{metric.signature}\n")
    typer.echo(
        f"Paired {comparison.test}, {comparison.trials:,} trials, {comparison.segments:,} segments. "
        "Each p is for one comparison with the baseline; with several, ask for less than .05."
    )


def _table(header: list[str], rows: list[list[str]]) -> str:
    """Columns padded to their widest cell; figures stand right, the first and the last column left."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    figures = [
        column > 0 and all(cell[:1] in "+-0123456789" or cell == "baseline" for cell in cells if cell)
        for column, cells in enumerate(zip(*rows, strict=True))
    ]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, figures, strict=True)
        ).rstrip()
        for line in lines
    )


def _write_html(
    path: Path,
    hypotheses: Path,
    outputs: list[str],
    reference: list[str],
    sources: list[str] | None,
    ids: list[str] | None,
    evaluation: Evaluation,
) -> None:
    from muwazi.corpus.output import write_text
    from muwazi.eval.report import ReportData, ReportSegment, render_report, segments_with_scores

    rows = [
        ReportSegment(
            id=f"line {place + 1}",
            article_id=ids[place] if ids is not None else "",
            source=sources[place] if sources is not None else "",
            reference=reference[place],
            mt=output,
        )
        for place, output in enumerate(outputs)
    ]
    segments = segments_with_scores(rows, evaluation, range(len(rows)))
    data = ReportData(title=hypotheses.name, version="", created="", evaluation=evaluation, segments=segments)
    write_text(path, [render_report(data)])
