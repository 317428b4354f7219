const words = (text: string): string[] => text.trim().split(/\s+/);

/** Operations that only compute: what a SavedModel may run. Whatever is not here is refused; ask before adding one that reaches outside. */
export const ALLOWED_OPS: ReadonlySet<string> = new Set(
  words(`
  Abs Acos Acosh Add AddN AddV2 All Any ApproximateEqual ArgMax ArgMin Asin Asinh Assert Atan Atan2 Atanh AvgPool AvgPool3D BatchMatMul
  BatchMatMulV2 BatchMatMulV3 BatchToSpace BatchToSpaceND BiasAdd BiasAddV1 Bincount Bitcast BitwiseAnd BitwiseOr BitwiseXor
  BroadcastArgs BroadcastTo Bucketize Cast Ceil CheckNumerics ClipByValue Concat ConcatV2 Const Conv1D Conv2D Conv2DBackpropInput
  Conv3D Cos Cosh Cross Cumprod Cumsum CumulativeLogsumexp DenseBincount DepthToSpace DepthwiseConv2dNative Diag DiagPart Digamma Div
  DivNoNan DynamicPartition DynamicStitch Einsum Elu EnsureShape Equal Erf Erfc Erfinv Exp ExpandDims Expm1 Fill Floor FloorDiv FloorMod
  FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Gather GatherNd GatherV2 Greater GreaterEqual Identity IdentityN InTopK InTopKV2
  Inv InvertPermutation IsFinite IsInf IsNan L2Loss LRN LeakyRelu LeftShift Less LessEqual Lgamma LinSpace Log Log1p LogSoftmax
  LogicalAnd LogicalNot LogicalOr MatMul MatrixBandPart MatrixDiag MatrixDiagPart MatrixDiagPartV3 MatrixDiagV3 MatrixSetDiag
  MatrixSetDiagV3 Max MaxPool MaxPool3D MaxPoolV2 Maximum Mean Min Minimum MirrorPad Mod Mul MulNoNan Neg NextAfter NoOp NotEqual
  OneHot OnesLike Pack Pad PadV2 ParallelConcat Placeholder PlaceholderWithDefault PlaceholderV2 Pow PreventGradient Prod Qr
  QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
  FakeQuantWithMinMaxVarsPerChannel RaggedRange RaggedTensorToTensor Range Rank RealDiv Reciprocal Relu Relu6 Reshape ResizeBilinear
  ResizeNearestNeighbor Reverse ReverseSequence ReverseV2 RightShift Rint Roll Round Rsqrt ScatterNd SegmentMax SegmentMean SegmentMin
  SegmentProd SegmentSum Select SelectV2 Selu Shape ShapeN Sigmoid Sign Sin Sinh Size Slice Snapshot Softmax Softplus Softsign
  SpaceToBatch SpaceToBatchND SpaceToDepth SparseToDense SparseTensorDenseMatMul SparseReshape SparseFillEmptyRows SparseSegmentMean
  SparseSegmentSqrtN SparseSegmentSum Split SplitV Sqrt Square SquaredDifference Squeeze StopGradient StridedSlice Sub Sum Tan Tanh
  TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate Tile TopK TopKV2 Transpose TruncateDiv
  TruncateMod Unique UniqueV2 UniqueWithCounts Unpack UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum
  Where Xdivy Xlog1py Xlogy ZerosLike _Arg _Retval
  If StatelessIf While StatelessWhile Case StatelessCase PartitionedCall StatefulPartitionedCall Enter Exit LoopCond Merge NextIteration
  Switch RefEnter RefExit RefIdentity RefMerge RefNextIteration RefSwitch
  TensorListConcatV2 TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack
  TensorListPushBack TensorListReserve TensorListResize TensorListSetItem TensorListSplit TensorListStack EmptyTensorList
  TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3
  TensorArraySplitV3 TensorArrayV3 TensorArrayWriteV3
  VarHandleOp VarIsInitializedOp ReadVariableOp AssignVariableOp AssignAddVariableOp AssignSubVariableOp ResourceGather ResourceGatherNd
  Variable VariableV2 Assign IsVariableInitialized DestroyResourceOp
`),
);

/** What TensorFlow's own saver and loader consist of. They stand in every SavedModel; none but the loader may run. */
export const SAVER_OPS: ReadonlySet<string> = new Set(
  words('SaveV2 RestoreV2 MergeV2Checkpoints ShardedFilename StringJoin StaticRegexFullMatch'),
);
/** Of these, what the loader runs: it reads the version's own variables. */
export const LOADER_OPS: ReadonlySet<string> = new Set(words('RestoreV2'));
