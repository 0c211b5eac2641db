@problemName gestures
@timeStamps false
@missing false
@univariate false
@dimensions 2
@equalLength false
@classLabel false
@data
1,2,3:4,5,6:up
1,2:4,5:down
