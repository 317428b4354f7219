import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { scoreWindow, WINDOW_SECONDS } from '../live/payments.js';
import { serverNow } from '../live/stats.js';
import { DECISION_WORDS, DecisionShape } from '../parts/decision.js';
import { Panel } from '../parts/panel.js';
import { count } from '../state/format.js';
import { DRAWN, LANDMARKS, logOddsPlace, probabilityAt } from '../state/log-odds.js';
import { DECISIONS, type Decision } from '../state/ticker.js';
import { colours } from './chart-colours.js';

const REDRAW_MS = 500;
const SCORES_HEIGHT = 168;
const RATES_HEIGHT = 68;
const AXIS_WIDTH = 52;
const RADIUS = 2.6;

/** Draws each point in its decision's shape. uPlot calls it in place of a line. */
function pointsOf(decision: Decision): uPlot.Series.PathBuilder {
  return (u, series, from, to) => {
    const { ctx } = u;
    const xs = u.data[0];
    const ys = u.data[series]!;
    const size = (decision === 'APPROVE' ? RADIUS * 0.8 : RADIUS * 1.5) * devicePixelRatio;
    ctx.save();
    ctx.fillStyle = colours()[decision];
    ctx.globalAlpha = decision === 'APPROVE' ? 0.55 : 1;
    ctx.beginPath();
    for (let i = from; i <= to; i++) {
      const value = ys[i];
      if (value == null) continue;
      const x = u.valToPos(xs[i]!, 'x', true);
      const y = u.valToPos(value, 'y', true);
      if (decision === 'APPROVE') {
        ctx.moveTo(x + size, y);
        ctx.arc(x, y, size, 0, 2 * Math.PI);
      } else if (decision === 'REVIEW') {
        ctx.moveTo(x, y - size);
        ctx.lineTo(x + size, y + size);
        ctx.lineTo(x - size, y + size);
        ctx.closePath();
      } else ctx.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
    }
    ctx.fill();
    ctx.restore();
    return null;
  };
}

const axis = (more: uPlot.Axis): uPlot.Axis => ({
  stroke: () => colours().text,
  grid: { stroke: () => colours().line, width: 1 },
  ticks: { show: false },
  font: '11px system-ui, sans-serif',
  ...more,
});

/** Seconds before now, as the reader thinks of it. */
const agoText = (u: uPlot, splits: number[]) => {
  const now = u.scales.x!.max!;
  return splits.map((at) => (now - at < 1 ? 'now' : `−${Math.round((now - at) / 60)} min`));
};
const minuteSplits = (u: uPlot) => {
  const now = u.scales.x!.max!;
  return Array.from({ length: WINDOW_SECONDS / 60 }, (_, i) => now - 60 * (WINDOW_SECONDS / 60 - 1 - i));
};

function scoresChart(element: HTMLElement): uPlot {
  return new uPlot(
    {
      width: element.clientWidth,
      height: SCORES_HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      padding: [6, 12, 0, 0],
      scales: {
        x: { time: false, auto: false },
        y: { auto: false, distr: 100, fwd: logOddsPlace, bwd: probabilityAt, range: () => [...DRAWN] },
      },
      axes: [
        axis({ size: 6, splits: minuteSplits, values: () => [] }),
        axis({
          size: AXIS_WIDTH,
          splits: () => [...LANDMARKS],
          filter: (_u, splits) => splits,
          values: (_u, splits) => splits.map((value) => `${Number((value * 100).toFixed(2))} %`),
        }),
      ],
      series: [{}, ...DECISIONS.map((decision) => ({ paths: pointsOf(decision), points: { show: false } }))],
    },
    [[], [], [], []],
    element,
  );
}

function ratesChart(element: HTMLElement): uPlot {
  const bars = uPlot.paths.bars!({ size: [0.8, 12] });
  return new uPlot(
    {
      width: element.clientWidth,
      height: RATES_HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      padding: [8, 12, 0, 0],
      scales: {
        x: { time: false, auto: false },
        y: { range: (_u, _min, max) => [0, Math.max(5, max * 1.1)] },
      },
      axes: [
        axis({ size: 20, splits: minuteSplits, values: agoText, grid: { show: false } }),
        axis({ size: AXIS_WIDTH, splits: (u) => [0, Math.floor(u.scales.y!.max!)] }),
      ],
      // Sums, the highest behind: what is seen of each is its own part.
      series: [
        {},
        ...DECISIONS.toReversed().map((decision) => ({
          paths: bars,
          points: { show: false },
          fill: () => colours()[decision],
          width: 0,
        })),
      ],
    },
    [[], [], [], []],
    element,
  );
}

/** The points of three lists on one x axis, as uPlot wants them. */
function aligned(points: ReturnType<typeof scoreWindow.draw>['points']): uPlot.AlignedData {
  const all = DECISIONS.flatMap((decision, series) =>
    points[decision].x.map((x, i) => ({ x, y: points[decision].y[i]!, series })),
  ).sort((a, b) => a.x - b.x);
  const columns: (number | null)[][] = DECISIONS.map(() => new Array<number | null>(all.length).fill(null));
  all.forEach(({ y, series }, i) => {
    columns[series]![i] = y;
  });
  return [all.map(({ x }) => x), ...columns] as uPlot.AlignedData;
}

/** The scores of the last minutes, and how many came a second. */
export function ScoreChart() {
  const scores = useRef<HTMLDivElement>(null);
  const throughput = useRef<HTMLDivElement>(null);
  const summary = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const above = scoresChart(scores.current!);
    const below = ratesChart(throughput.current!);
    const draw = () => {
      if (document.hidden) return;
      const now = serverNow();
      const { points, throughput: rates, undrawn, past } = scoreWindow.draw(now);
      const range = { min: now / 1_000 - WINDOW_SECONDS, max: now / 1_000 };
      above.setData(aligned(points), false);
      above.setScale('x', range);
      below.setData([rates.x, ...rates.stacked.toReversed()] as uPlot.AlignedData, false);
      below.setScale('x', range);
      const total = rates.stacked[2].reduce((sum, n) => sum + n, 0);
      const flagged = total - rates.stacked[0].reduce((sum, n) => sum + n, 0);
      summary.current!.textContent = [
        `${count(total)} scored, ${count(flagged)} flagged`,
        ...(undrawn === 0 ? [] : [`${count(undrawn)} not drawn`]),
        ...(past === 0 ? [] : [`${count(past)} of the past brought in`]),
      ].join('; ');
    };
    draw();
    const timer = setInterval(draw, REDRAW_MS);
    const resized = new ResizeObserver(() => {
      above.setSize({ width: scores.current!.clientWidth, height: SCORES_HEIGHT });
      below.setSize({ width: throughput.current!.clientWidth, height: RATES_HEIGHT });
    });
    resized.observe(scores.current!);
    return () => {
      clearInterval(timer);
      resized.disconnect();
      above.destroy();
      below.destroy();
    };
  }, []);
  return (
    <Panel
      id="scores"
      title="Scores"
      note={`last ${WINDOW_SECONDS / 60} minutes`}
      tools={
        <p class="legend">
          {DECISIONS.map((decision) => (
            <span key={decision}>
              <DecisionShape decision={decision} /> {DECISION_WORDS[decision]}
            </span>
          ))}
        </p>
      }
    >
      <div
        class="chart"
        ref={scores}
        role="img"
        aria-label="Probability of fraud of each payment over the last minutes"
      />
      <div
        class="chart rates"
        ref={throughput}
        role="img"
        aria-label="Payments scored a second over the last minutes"
      />
      <p class="chart-summary note">
        Probability of fraud above, payments a second below. <span class="number" ref={summary} />
      </p>
    </Panel>
  );
}
