@problemName gestures
@timeStamps false
@missing false
@univariate false
@dimensions 2
@equalLength false
@classLabel true up down
