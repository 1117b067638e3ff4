// What can be predicted: the axes that losses share, and how a model's score becomes a prediction.

import { LOSSES } from "./losses.js";
import { lowered } from "./numbers.js";

const identity = { value: score => score, slope: () => 1 };
const exponential = { value: Math.exp, slope: Math.exp };
const logistic = {
  value: score => 1 / (1 + Math.exp(-score)),
  slope: score => 1 / (2 + Math.exp(score) + Math.exp(-score)),
};

// Where a label that is a number stands on the axis of a prediction.
const atLabel = { text: "y", at: y => y };
const NUMBER = { form: "number", low: -4, high: 4, step: 0.1, usual: [1] };
const AMOUNT = { form: "number", low: 0, high: 8, step: 0.1, usual: [3] };
const ONE_OF_TWO = { form: "two", low: 0, high: 1, usual: [1] };
const ONE_OF_THREE = { form: "class", usual: [1, 0, 0] };

// Three columns alike, but for what `make` says of each.
const three = (letter, make) =>
  [0, 1, 2].map(k => ({ name: letter + lowered(k), low: -5, high: 5, ...make(k) }));

export const WORLDS = {
  number: {
    title: "a number",
    axes: [{ name: "ŷ", axis: "prediction ŷ", low: -5, high: 5, mark: atLabel }],
    label: NUMBER,
    prediction: [4],
    chosen: ["squared_error", "absolute_error", "huber"],
    rate: 0.1,
    link: identity,
    model: "line",
    shown: identity,
    data: { low: -5, high: 5 },
  },
  score: {
    title: "a class, by its score",
    axes: [{ name: "ŷ", axis: "score of class 1", low: -4, high: 4 }],
    label: ONE_OF_TWO,
    prediction: [-1.5],
    chosen: ["binary_cross_entropy", "hinge", "squared_hinge"],
    rate: 0.5,
    link: identity,
    model: "classifier",
  },
  probability: {
    title: "a class, by its probability",
    axes: [{ name: "ŷ", axis: "predicted probability of class 1", low: 0, high: 1 }],
    label: ONE_OF_TWO,
    prediction: [0.2],
    chosen: ["binary_cross_entropy", "brier"],
    rate: 0.02,
    link: logistic,
    model: "classifier",
  },
  mean: {
    title: "an amount, by its mean",
    axes: [{ name: "ŷ", axis: "predicted mean μ", low: 0, high: 10, mark: atLabel }],
    label: AMOUNT,
    prediction: [8],
    chosen: ["poisson", "gamma"],
    rate: 0.5,
    link: exponential,
    model: "line",
    shown: exponential,
    data: { low: 0, high: 10 },
  },
  logarithm: {
    title: "an amount, by its logarithm",
    axes: [
      {
        name: "ŷ",
        axis: "predicted logarithm z of the mean",
        low: -3,
        high: 3,
        mark: { text: "log y", at: Math.log },
      },
    ],
    label: AMOUNT,
    prediction: [-1.5],
    chosen: ["poisson", "gamma"],
    rate: 0.1,
    link: identity,
    model: "line",
    shown: exponential,
    data: { low: 0, high: 10 },
  },
  scores: {
    title: "three classes, by scores",
    axes: three("z", k => ({ axis: `score z${lowered(k)} of class ${k}` })),
    label: ONE_OF_THREE,
    prediction: [-1, 1.5, 0.5],
    chosen: ["cross_entropy", "multiclass_brier", "multiclass_hinge"],
    rate: 0.5,
    meaning: "probability",
  },
  shares: {
    title: "three classes, by probabilities",
    axes: three("p", k => ({ axis: `predicted probability of class ${k}`, low: 0, high: 1 })),
    label: ONE_OF_THREE,
    prediction: [0.2, 0.5, 0.3],
    chosen: ["cross_entropy", "multiclass_brier"],
    rate: 0.02,
    meaning: "probability",
  },
  grades: {
    title: "a grade",
    axes: three("f", k => ({ axis: `score f${lowered(k)}: is the grade beyond ${k}?` })),
    label: { form: "grade", usual: [2] },
    prediction: [1, -1, -2],
    chosen: ["ordinal"],
    rate: 0.5,
    meaning: "P(beyond)",
  },
  spread: {
    title: "a number and its spread",
    axes: [
      { name: "μ", axis: "predicted location μ", low: -5, high: 5, mark: atLabel },
      { name: "s", axis: "s, the logarithm of the spread", low: -3, high: 3 },
    ],
    label: NUMBER,
    prediction: [3, 0],
    chosen: ["gaussian_nll", "laplace_nll", "student_t"],
    rate: 0.1,
    meaning: "stands for",
  },
  levels: {
    title: "levels of a number",
    axes: three("q", k => ({ axis: `prediction q${lowered(k)} of level ${k}`, mark: atLabel })),
    label: NUMBER,
    prediction: [-2, 0, 3],
    chosen: ["multi_quantile", "multi_expectile"],
    rate: 0.2,
  },
  steps: {
    title: "levels, by steps",
    axes: three("c", k => ({
      axis: k ? `c${lowered(k)}: the step is log(1 + exp(c${lowered(k)}))` : "c₀, the lowest level",
      ...(k ? {} : { mark: atLabel }),
    })),
    label: NUMBER,
    prediction: [-2, 1, 2],
    chosen: ["multi_quantile", "multi_expectile"],
    rate: 0.2,
    meaning: "level",
  },
  directions: {
    title: "a direction",
    axes: three("p", k => ({ axis: `prediction p${lowered(k)}` })),
    label: { form: "row", low: -4, high: 4, step: 0.1, usual: [2, 1, 0] },
    prediction: [-1, 2, 1],
    chosen: ["cosine_distance"],
    rate: 2,
  },
};

// Rows of another length than those above have a world like theirs, with so many columns.
for (const { world, columns } of LOSSES.flatMap(loss => loss.formulas)) {
  WORLDS[world] ??= lengthened(WORLDS[world.split("-")[0]], columns);
}

function lengthened({ axes, label, prediction, ...rest }, columns) {
  const filled = (entries, filler) => columns.map((_, k) => entries[k] ?? filler);
  return {
    ...rest,
    title: `${rest.title}: ${columns.length} columns`,
    axes: columns.map((name, k) => ({ ...(axes[k] ?? axes.at(-1)), name, axis: name })),
    label: { ...label, usual: label.usual.length > 1 ? filled(label.usual, 0) : label.usual },
    prediction: filled(prediction, prediction.at(-1)),
    chosen: [],
  };
}

// Which entry of the row moves along the axis.
export function axisAt(world, column) {
  return WORLDS[world].axes[column];
}
