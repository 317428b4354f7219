;; The arithmetic of small dense layers, four numbers at a time. Everything lies in the memory that is imported; what is called x, w, b, y is
;; where an array begins there, in bytes, a multiple of 16. Nothing is checked here: kernel.ts knows the sizes.
;; Weights lie in the order in which they are read, one behind the other: a processor fetches ahead what is read so, and of many networks the
;; weights come from far away. That is: of sixteen outputs at a time (and of four, where fewer are left) those of the first input, of the
;; second, and so on.
(module
  (import "host" "memory" (memory 1))

  ;; y[outputs] = x[inputs] · w[inputs, outputs] + b[outputs]; `outputs` is a multiple of 4, neither is 0.
  (func (export "dense")
    (param $x i32) (param $w i32) (param $b i32) (param $y i32) (param $inputs i32) (param $outputs i32)
    (local $size i32) ;; of y, in bytes
    (local $end i32) ;; of x
    (local $j i32) ;; bytes into y and b
    (local $i i32)
    (local $at i32) ;; in b or y
    (local $xi v128)
    (local $a v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local.set $size (i32.shl (local.get $outputs) (i32.const 2)))
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $inputs) (i32.const 2))))

    ;; Sixteen outputs at a time: their sums stay in registers while the inputs pass by.
    (block $narrow
      (loop $sixteen
        (br_if $narrow (i32.gt_u (i32.add (local.get $j) (i32.const 64)) (local.get $size)))
        (local.set $at (i32.add (local.get $b) (local.get $j)))
        (local.set $a (v128.load (local.get $at)))
        (local.set $a1 (v128.load offset=16 (local.get $at)))
        (local.set $a2 (v128.load offset=32 (local.get $at)))
        (local.set $a3 (v128.load offset=48 (local.get $at)))
        (local.set $i (local.get $x))
        (loop $input
          (local.set $xi (v128.load32_splat (local.get $i)))
          (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $xi) (v128.load (local.get $w)))))
          (local.set $a1 (f32x4.add (local.get $a1) (f32x4.mul (local.get $xi) (v128.load offset=16 (local.get $w)))))
          (local.set $a2 (f32x4.add (local.get $a2) (f32x4.mul (local.get $xi) (v128.load offset=32 (local.get $w)))))
          (local.set $a3 (f32x4.add (local.get $a3) (f32x4.mul (local.get $xi) (v128.load offset=48 (local.get $w)))))
          (local.set $w (i32.add (local.get $w) (i32.const 64)))
          (br_if $input
            (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $end))))
        (local.set $at (i32.add (local.get $y) (local.get $j)))
        (v128.store (local.get $at) (local.get $a))
        (v128.store offset=16 (local.get $at) (local.get $a1))
        (v128.store offset=32 (local.get $at) (local.get $a2))
        (v128.store offset=48 (local.get $at) (local.get $a3))
        (local.set $j (i32.add (local.get $j) (i32.const 64)))
        (br $sixteen)))

    ;; What is left of them, four at a time.
    (block $whole
      (loop $four
        (br_if $whole (i32.ge_u (local.get $j) (local.get $size)))
        (local.set $a (v128.load (i32.add (local.get $b) (local.get $j))))
        (local.set $i (local.get $x))
        (loop $input
          (local.set $a
            (f32x4.add (local.get $a) (f32x4.mul (v128.load32_splat (local.get $i)) (v128.load (local.get $w)))))
          (local.set $w (i32.add (local.get $w) (i32.const 16)))
          (br_if $input
            (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $end))))
        (v128.store (i32.add (local.get $y) (local.get $j)) (local.get $a))
        (local.set $j (i32.add (local.get $j) (i32.const 16)))
        (br $four))))

  ;; What is below 0 in `bytes` bytes from y becomes 0; NaN stays. `bytes` is a multiple of 16, not 0.
  (func (export "relu") (param $y i32) (param $bytes i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $y) (local.get $bytes)))
    (loop $four
      (v128.store (local.get $y) (f32x4.max (v128.load (local.get $y)) (v128.const i32x4 0 0 0 0)))
      (br_if $four
        (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 16))) (local.get $end))))))
