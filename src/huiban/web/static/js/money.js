// SPDX-License-Identifier: Apache-2.0
// Money in Chinese capital figures while it is typed; the same rules as kernel/money.py.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const UNITS = ["", "万", "亿", "万亿"];

// "12600.50" → "壹万贰仟陆佰元伍角整"; "" for what is not an amount with at most two decimals.
export function capitalYuan(text) {
  const tidy = text.normalize("NFKC").replace(/[,\s¥￥元]/g, "");
  const found = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(tidy);
  if (!found) return "";
  const whole = BigInt(found[2]);
  const cents = Number((found[3] || "").padEnd(2, "0"));
  if (!whole && !cents) return "零元整";
  return (found[1] ? "负" : "") + (whole ? `${integer(whole)}元` : "") + fraction(cents, whole > 0n);
}

function fraction(cents, followsYuan) {
  if (!cents) return "整";
  const jiao = Math.floor(cents / 10);
  const fen = cents % 10;
  const gap = followsYuan && !jiao ? "零" : "";
  return gap + (jiao ? `${DIGITS[jiao]}角` : "") + (fen ? `${DIGITS[fen]}分` : "整");
}

function integer(number) {
  let written = "";
  for (let order = 3; order >= 0; order -= 1) {
    const scale = 10n ** BigInt(4 * order);
    const group = Number((number / scale) % 10000n);
    if (!group) continue;
    const above = number / (scale * 10000n);
    const gap = above > 0n && (group < 1000 || above % 10000n === 0n);
    written += (gap ? "零" : "") + four(group) + (order < 3 ? UNITS[order] : large(number));
  }
  return written;
}

function large(number) {
  return (number / 100000000n) % 10000n ? "万" : "万亿";
}

function four(group) {
  let written = "";
  let waiting = false;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(group / 10 ** place) % 10;
    if (digit) written += (waiting ? "零" : "") + DIGITS[digit] + PLACES[place];
    waiting = !digit && written !== "";
  }
  return written;
}

customElements.define("hb-money", class extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const echo = this.querySelector(".echo");
    const write = () => {
      const capitals = capitalYuan(input.value);
      echo.textContent = capitals && echo.dataset.prefix + capitals;
    };
    input.addEventListener("input", write);
    write();
  }
});
