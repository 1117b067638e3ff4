// Numbers as text, and ticks of axes.

export function format(x, digits = 4) {
  if (Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  const text = size !== 0 && (size >= 1e5 || size < 1e-3) ? scientific(x) : plain(x, digits);
  return text.replace("-", "−");
}

function plain(x, digits) {
  return String(Number(x.toPrecision(digits)));
}

function scientific(x) {
  const [digits, power] = x.toExponential(2).split("e");
  const raised = String(Number(power)).replace(/[-\d]/g, sign => RAISED[sign]);
  return `${Number(digits)}·10${raised}`;
}

const RAISED = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].entries()) };

// An index as it stands below a letter.
export function lowered(index) {
  return String(index).replace(/\d/g, digit => "₀₁₂₃₄₅₆₇₈₉"[digit]);
}

// Round numbers between two others, at most about so many.
export function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
