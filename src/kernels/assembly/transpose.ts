/** TO [columns, rows] = FROM [rows, columns], both with adjacent columns: eight rows at once, whose lines stay in cache. */
export function transpose(from: usize, rows: i32, columns: i32, to: usize): void {
  for (let row = 0; row < rows; row += 8) {
    let end = min(rows, row + 8);
    for (let column = 0; column < columns; column++) {
      for (let i = row; i < end; i++) {
        store<f32>(to + ((column * rows + i) << 2), load<f32>(from + ((i * columns + column) << 2)));
      }
    }
  }
}
